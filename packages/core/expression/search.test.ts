import { describe, expect, test } from "vitest";
import { ExpressionError, matchesSearch, parseSearch, type SearchedRow } from "./index.ts";

const row: SearchedRow = {
  event: {
    id: "order-7",
    name: "shop/order",
    ts: 1_700_000_000_000,
    v: "2",
    data: { success: true, nothing: null, total: 120, city: "Kyiv", tags: ["a", "b"], "odd key": 1, zero: 0 },
  },
  output: { num: 5, text: "done" },
};
const finds = (text: string, other: SearchedRow = row): boolean => matchesSearch(parseSearch(text), other);

describe("a search over one row", () => {
  test.each([
    // Roots and paths.
    ['event.id == "order-7"', true],
    ["event.name == 'shop/order'", true],
    ["event.ts > 1600000000000", true],
    ['event.v == "2"', true],
    ["event.data.tags[1] == 'b'", true],
    ['event.data["odd key"] == 1', true],
    ["event.data.total == output.num", false],
    ["output.num >= 5", true],
    ["output.num > 5", false],
    ["output.num > -5", true],
    ["5 <= output.num", true],
    // Explicit null is found by null, a missing field by nothing.
    ["event.data.nothing == null", true],
    ["event.data.nothing != null", false],
    ["event.data.success != null", true],
    ["event.data.missing == null", false],
    ["event.data.missing != null", false],
    ["event.data.missing != 'x'", false],
    ["event.data.missing < 5", false],
    ["!(event.data.missing == 5)", false],
    ["!event.data.missing", false],
    ["event.data.missing", false],
    ["event.data.nothing.deeper == null", false],
    ["error == null", false],
    ["error.name == 'Error'", false],
    // What is unknown settles nothing, and what is known settles all.
    ["event.data.missing == 1 || output.num == 5", true],
    ["event.data.missing == 1 && output.num == 5", false],
    ["!(event.data.missing == 1 && output.num == 6)", true],
    ["!(event.data.missing == 1 || output.num == 6)", false],
    // Types.
    ["event.data.total == '120'", false],
    ["event.data.total != '120'", true],
    ["event.data.city < 5", false],
    ["!(event.data.city < 5)", false],
    ["event.data.city < 'L'", true],
    ["event.data.success", true],
    ["!event.data.success", false],
    ["event.data.city", false],
    ["event.data.zero", false],
    // Lines are AND-ed, empty ones are nothing.
    ["output.num == 5\n\nevent.data.total == 120\r\n", true],
    ["output.num == 5\nevent.data.total == 121", false],
    ["", true],
    ["true", true],
    ["output.num == 6 || event.data.city == 'Kyiv' && event.data.total == 120", true],
  ])("%j is %s", (text, expected) => {
    expect(finds(text)).toBe(expected);
  });

  test("a run without output is found by nothing that looks at it; one whose output is null by null", () => {
    const { event } = row;
    for (const text of ["output == null", "output != null", "!(output == 5)", "output.num == 5"])
      expect(finds(text, { event })).toBe(false);
    expect(finds("output == null", { event, output: null })).toBe(true);
    expect(finds("output == 42", { event, output: 42 })).toBe(true);
    expect(finds("error.name == 'E' && error != null", { event, error: { name: "E" } })).toBe(true);
  });

  test("a comparison of huge values does not hold and does not throw", () => {
    const huge = Array.from({ length: 3_000_000 }, () => 0);
    expect(finds("event.data == output", { event: { data: huge }, output: [...huge] })).toBe(false);
  });
});

describe("what a search may say", () => {
  test.each([
    ["size(event.data.tags) == 2", "size()"],
    ["event.data.city.startsWith('K')", "startsWith()"],
    ["event.data.tags.exists(t, t == 'a')", "exists()"],
    ["has(event.data.city)", "has()"],
    ["event.data.total + 1 == 121", "operator +"],
    ["event.data.total > -event.data.zero", "operator -"],
    ["'a' in event.data.tags", "operator in"],
    ["event.data.success ? true : false", "operator ? :"],
    ["event.data[event.data.city] == 1", "computed field"],
    ["event.data.tags == ['a']", "a list"],
    ["(output.num == 5) == true", "inside a comparison"],
    ["event.user.id == 1", "event.user.id cannot be searched"],
    ["event == null", "event cannot be searched"],
    ["async.data.x == 1", "no async here"],
    ["run.id == 1", "no variable run"],
    ["event.data.x =", "character"],
    ["output.num == 5\noutput.num >", "output.num >"],
    ["now() > 5", "now()"],
  ])("%j is refused and says %j", (text, why) => {
    expect(() => parseSearch(text)).toThrow(ExpressionError);
    expect(() => parseSearch(text)).toThrow(why);
  });

  test("events are searched by event.* only", () => {
    expect(() => parseSearch("output.num == 1", ["event"])).toThrow(
      "there is no output here; known are event",
    );
    expect(() => parseSearch("error.name == 'x'", ["event"])).toThrow("error");
    expect(matchesSearch(parseSearch("event.data.total == 120", ["event"]), row)).toBe(true);
  });

  test("a search names the variables that it looks at", () => {
    expect([...parseSearch("event.name == 'x'").roots]).toEqual(["event"]);
    expect([...parseSearch("output == 1\nerror.name == 'x'").roots]).toEqual(["output", "error"]);
  });

  test("a search of more than 8 KiB is refused", () => {
    expect(() => parseSearch(" ".repeat(8_193))).toThrow("longer than 8192");
  });
});
