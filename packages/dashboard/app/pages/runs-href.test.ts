import { parseFilter } from "@stepwell/api/dashboard";
import { expect, test } from "vitest";
import { filterValue, runsHref } from "./runs-href.ts";

test.each(["shop-charge", "user/created", 'two "words"', "a, b", "back\\slash", "star*"])(
  "%s is read back from a filter as it is",
  (text) => {
    const { filter, errors } = parseFilter(`function:${filterValue(text)}`);
    expect(errors).toEqual([]);
    expect(filter.terms[0]?.values).toEqual([{ text, glob: false }]);
  },
);
test("an address carries all terms", () => {
  const q = new URL(runsHref("status:failed", ["app", "my shop"]), "http://x").searchParams.get("q");
  expect(q).toBe('status:failed app:"my shop"');
  expect(runsHref()).toBe("/runs");
});
