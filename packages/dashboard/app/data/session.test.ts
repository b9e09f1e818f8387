import { expect, test } from "vitest";
import { mayCall } from "./session.ts";

test("who may not is told which role it needs", () => {
  expect(mayCall("listRuns", "viewer")).toBe(true);
  expect(mayCall("cancelRun", "operator")).toBe(true);
  expect(mayCall("cancelRun", "viewer")).toBe("Needs the role operator; yours is viewer");
  expect(mayCall("listKeys", "operator")).toBe("Needs the role admin; yours is operator");
  expect(mayCall("listRuns", null)).toBe("Sign in first");
  expect(mayCall("signIn", null)).toBe(true);
});
