import { expect, test } from "vitest";
import { parseSearch, stringifySearch } from "./search-params.ts";

test("values are texts, also those that look like numbers or truths", () => {
  expect(parseSearch("?q=12&internal=true&x=")).toEqual({ q: "12", internal: "true", x: "" });
});

test("an address is readable and comes back as it was", () => {
  const search = {
    q: 'status:failed,cancelled event.data.user:"u 1&2" duration:>5s',
    internal: true,
    gone: undefined,
    off: false,
  };
  const text = stringifySearch(search);
  expect(text).toContain("status:failed,cancelled");
  expect(text).toContain("duration:>5s");
  expect(parseSearch(text)).toEqual({ q: search.q, internal: "true" });
  expect(stringifySearch({})).toBe("");
  expect(parseSearch(stringifySearch({ q: "100% #1 + ? €" }))).toEqual({ q: "100% #1 + ? €" });
});
