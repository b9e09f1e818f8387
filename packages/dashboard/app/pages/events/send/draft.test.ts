import { describe, expect, test } from "vitest";
import { dataOfPayload, emptyDraft, readDraft, readObject, writeObject } from "./draft.ts";

describe("an event that is being written", () => {
  test("becomes a body; id and time only where they were given", () => {
    expect(readDraft({ ...emptyDraft, name: " user/created ", data: '{"id":1}' })).toEqual({
      body: { name: "user/created", data: { id: 1 } },
    });
    expect(readDraft({ name: "a", data: "", id: " x ", at: "2026-11-24T10:00Z" })).toEqual({
      body: { name: "a", data: {}, id: "x", ts: Date.UTC(2026, 10, 24, 10) },
    });
  });
  test.each([
    [{ name: "  " }, "name", /name/],
    [{ name: "Inngest/x" }, "name", /belong to the server/],
    [{ name: "x".repeat(513) }, "name", /512/],
    [{ name: "a", data: "{" }, "data", /not JSON/],
    [{ name: "a", data: "[1]" }, "data", /must be an object/],
    [{ name: "a", at: "soon" }, "at", /not a time/],
  ] as const)("%j is wrong in %s", (part, field, words) => {
    const read = readDraft({ ...emptyDraft, ...part });
    expect("problems" in read && read.problems[field]).toMatch(words);
  });
  test("all problems are told at once", () => {
    const read = readDraft({ name: "", data: "nope", id: "", at: "soon" });
    expect("problems" in read && Object.keys(read.problems)).toEqual(["name", "data", "at"]);
  });
});

test("objects go to the editor and back", () => {
  expect(readObject(writeObject({ a: [1, null] }))).toEqual({ a: [1, null] });
  expect(readObject(writeObject(null))).toEqual({});
});
test("only an object can be sent again", () => {
  expect(dataOfPayload({ name: "a", data: { b: 1 } })).toEqual({ b: 1 });
  expect(dataOfPayload({ name: "a", data: [1] })).toEqual({});
  expect(dataOfPayload(null)).toEqual({});
});
