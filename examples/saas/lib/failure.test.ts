import { DrizzleQueryError } from "drizzle-orm";
import { NonRetriableError } from "inngest";
import { describe, expect, it } from "vitest";
import { sayFailure, sayToCustomer } from "./failure.ts";

const query = (cause?: Error) =>
  new DrizzleQueryError('select * from "sessions" where "token" = $1', ["s3cret"], cause);

describe("a failure, said to whoever keeps the app running", () => {
  it.each([
    ["its message", new Error("The disk is full"), "The disk is full"],
    ["the message of what went wrong in a query", query(new Error("timeout expired")), "timeout expired"],
    [
      "the code of a cause that says nothing",
      query(Object.assign(new Error(), { code: "ECONNREFUSED" })),
      "ECONNREFUSED",
    ],
    ["that a query failed, where that is all there is", query(), "A query failed"],
    ["the first line alone", new Error("Call log:\n - a\n - b"), "Call log:"],
    ["what was thrown, if that is no error", "out of memory", "out of memory"],
    ["something in any case", new TypeError(), "TypeError"],
  ])("is %s", (_what, error, said) => {
    expect(sayFailure(error)).toBe(said);
  });

  it("holds neither the query nor its values, also when it has been through the job server", () => {
    const { message, cause } = query(new Error("deadlock detected"));
    const error = Object.assign(new Error(message), {
      cause: { name: "Error", message: (cause as Error).message },
    });
    expect(sayFailure(error)).toBe("deadlock detected");
  });

  it("has at most 200 characters", () => {
    expect(sayFailure(new Error("x".repeat(300)))).toBe("x".repeat(200));
  });
});

describe("a failure, said to a customer", () => {
  it("is in our words where we chose them, and else says no more than that it is ours", () => {
    expect(sayToCustomer(new NonRetriableError("There is no organization"))).toBe("There is no organization");
    for (const error of [query(), new Error("connect ECONNREFUSED 10.0.0.9:25"), "?"]) {
      expect(sayToCustomer(error)).toBe("Something went wrong on our side.");
    }
  });
});
