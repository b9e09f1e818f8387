import { describe, expect, it, test } from "vitest";
import {
  FILTER_LIMITS,
  formatFilter,
  parseFilter,
  type Term,
  termOf,
  withoutTerm,
  withTerm,
} from "./filter.ts";
import { comparisonOf, durationOf, instantOf, matchesValue, pathOf } from "./filter-values.ts";

const term = (field: string, values: (string | { glob: string })[], not = false): Term => ({
  field,
  not,
  values: values.map((value) =>
    typeof value === "string" ? { text: value, glob: false } : { text: value.glob, glob: true },
  ),
});

describe("what a text means", () => {
  test.each<[string, Term[]]>([
    ["", []],
    ["  ", []],
    ["status:failed,cancelled", [term("status", ["failed", "cancelled"])]],
    ["function:billing-* app:demo", [term("function", [{ glob: "billing-*" }]), term("app", ["demo"])]],
    ['event:"user/created"', [term("event", ["user/created"])]],
    ['event:"a*"', [term("event", ["a*"])]],
    ['event:"a,b",c', [term("event", ["a,b", "c"])]],
    ['event.data.userId:"u 1"', [term("event.data.userId", ["u 1"])]],
    ["output.total:5 error.name:CardError", [term("output.total", ["5"]), term("error.name", ["CardError"])]],
    ['event.data."a b".c:1', [term('event.data."a b".c', ["1"])]],
    ["-app:demo -cron:true", [term("app", ["demo"], true), term("cron", ["true"], true)]],
    ['word "two words" -not', [term("", ["word"]), term("", ["two words"]), term("", ["not"], true)]],
    [String.raw`"say \"hi\" \\ back"`, [term("", [String.raw`say "hi" \ back`])]],
    ['"status:failed"', [term("", ["status:failed"])]],
    ["12:30", [term("", ["12:30"])]],
    ["-", [term("", ["-"])]],
    [
      "since:24h until:2026-11-24T10:00Z duration:>5s",
      [term("since", ["24h"]), term("until", ["2026-11-24T10:00Z"]), term("duration", [">5s"])],
    ],
    ["original:01KAV000000000000000000RN1", [term("original", ["01KAV000000000000000000RN1"])]],
    ["event.data.__proto__.x:1", [term("event.data.__proto__.x", ["1"])]],
    ["event.data.at:12:30", [term("event.data.at", ["12:30"])]],
    ["--a*", [term("", [{ glob: "-a*" }], true)]],
    ["x,a:b*", [term("", ["x", { glob: "a:b*" }])]],
  ])("%s", (text, terms) => {
    const parsed = parseFilter(text);
    expect(parsed.errors).toEqual([]);
    expect(parsed.filter.terms).toEqual(terms);
    expect(parseFilter(formatFilter(parsed.filter)).filter).toEqual(parsed.filter);
  });

  it("has fields of its own for events", () => {
    expect(parseFilter("name:a/*,b id:x event.data.y:1 word", "events").errors).toEqual([]);
    expect(parseFilter("status:failed output.x:1", "events").errors).toHaveLength(2);
    expect(parseFilter("name:a").errors).toHaveLength(1);
  });
});

describe("what is wrong", () => {
  test.each<[string, number, number, RegExp]>([
    ["colour:red app:demo", 0, 10, /no field "colour"/],
    ["app:demo constructor:x", 9, 22, /no field "constructor"/],
    ["app:demo https://x", 9, 18, /put it in quotes/],
    ["app:demo status:broken", 9, 22, /not one of queued/],
    ["app:demo duration:5s", 9, 20, /duration:>5s/],
    ["app:demo since:yesterday", 9, 24, /span like 24h/],
    ["app:demo -since:1h", 9, 18, /cannot be negated/],
    ["app:demo since:1h,2h", 9, 20, /one value/],
    ["app:demo since:999999999w", 9, 25, /span like 24h/],
    ["app:demo until:2026-02-31", 9, 25, /span like 24h/],
    ["app:demo cron:maybe", 9, 19, /true, false/],
    ["app:demo event:", 9, 15, /value is missing/],
    ["app:demo event:a,", 9, 17, /value is missing/],
    ['app:demo ""', 9, 11, /word is empty/],
    ['app:demo event:"a b', 9, 19, /quote is not closed/],
    ["app:demo event..x:1", 9, 19, /no field/],
    ["app:demo event.userId:5", 9, 23, /event\.data\.…/],
    ["app:demo output:1", 9, 17, /no field/],
  ])("%s", (text, from, to, message) => {
    const { errors, filter, tokens } = parseFilter(text);
    expect(errors).toEqual([{ from, to, message: expect.stringMatching(message) }]);
    expect(filter.terms).toEqual([term("app", ["demo"])]);
    expect(tokens.map((token) => token.term === null)).toEqual(from === 0 ? [true, false] : [false, true]);
  });

  it("says where each token and its values are", () => {
    const { tokens } = parseFilter('x  -app:demo "y z"');
    expect(tokens.map(({ from, valueFrom, to }) => [from, valueFrom, to])).toEqual([
      [0, 0, 1],
      [3, 8, 12],
      [13, 13, 18],
    ]);
  });

  it("has limits, and gets through whatever stands in the text", () => {
    const { characters, terms, values } = FILTER_LIMITS;
    expect(parseFilter("x".repeat(characters)).errors).toEqual([]);
    expect(parseFilter("x".repeat(characters + 1)).errors[0]).toMatchObject({ from: characters });
    expect(parseFilter("x ".repeat(terms)).errors).toEqual([]);
    expect(parseFilter("x ".repeat(terms + 9)).errors).toHaveLength(1);
    expect(parseFilter(`app:${"x,".repeat(values)}x`).errors).toHaveLength(1);
    for (const hostile of ['"\\', "\\", 'a."', '"""', 'a."b', ":", ",", "-", "*"]) {
      const text = hostile.repeat(Math.floor(characters / hostile.length));
      expect(parseFilter(text).tokens.length).toBeGreaterThan(0);
    }
  });
});

describe("chips", () => {
  const { filter } = parseFilter('status:failed -status:queued app:demo x "y z"');

  test("a term takes the place of the one with its field and sign; a word is added once", () => {
    expect(formatFilter(withTerm(filter, termOf("status", ["running", "a b"])))).toBe(
      '-status:queued app:demo x "y z" status:running,"a b"',
    );
    expect(formatFilter(withTerm(filter, termOf("", ["y z"])))).toBe(
      'status:failed -status:queued app:demo x "y z"',
    );
  });
  test("a term is taken away, and no other", () => {
    expect(formatFilter(withoutTerm(filter, termOf("status", ["queued"], true)))).toBe(
      'status:failed app:demo x "y z"',
    );
  });
  test.each(["-x", "a:b", "*", 'q"', "a,b", "back\\slash"])("the word %s survives being written", (word) => {
    const terms = [termOf("", [word]), termOf("event", [word])];
    expect(parseFilter(formatFilter({ terms })).filter.terms).toEqual(terms);
  });
});

describe("values", () => {
  test.each<[string, string, boolean]>([
    ["a*", "abc", true],
    ["a*", "bac", false],
    ["*c", "abc", true],
    ["a*c", "abcb", false],
    ["a*b*c", "a-b-c", true],
    ["ab*ba", "aba", false],
    ["*", "", true],
    ["**x**", "yxz", true],
  ])("%s and %s", (glob, text, is) => {
    expect(matchesValue({ text: glob, glob: true }, text)).toBe(is);
  });
  test("without a star to read, only the same text matches", () => {
    expect(matchesValue({ text: "a*", glob: false }, "abc")).toBe(false);
    expect(matchesValue({ text: "a*", glob: false }, "a*")).toBe(true);
  });
  test("durations and comparisons", () => {
    expect(["250ms", "5s", "1.5m", "1h30m", "2d", "1w"].map(durationOf)).toEqual([
      250, 5_000, 90_000, 5_400_000, 172_800_000, 604_800_000,
    ]);
    expect(["5", "s", "-5s", "5 s", "1e3s", ""].map(durationOf)).toEqual([
      null,
      null,
      null,
      null,
      null,
      null,
    ]);
    expect(comparisonOf(">=5s")).toEqual({ is: ">=", ms: 5_000 });
    expect(comparisonOf("<2m")).toEqual({ is: "<", ms: 120_000 });
    expect(comparisonOf("5s")).toBeNull();
  });
  test("instants: back from now, or ISO, in UTC where no zone is named", () => {
    const now = Date.UTC(2026, 10, 24, 12);
    expect(instantOf("24h", now)).toBe(now - 86_400_000);
    expect(instantOf("2026-11-24", now)).toBe(Date.UTC(2026, 10, 24));
    expect(instantOf("2026-11-24T10:00", now)).toBe(Date.UTC(2026, 10, 24, 10));
    expect(instantOf("2026-11-24T10:00:01.5+02:00", now)).toBe(Date.UTC(2026, 10, 24, 8, 0, 1, 500));
    expect(["2026-13-01", "24 Nov", "", "2026"].map((text) => instantOf(text, now))).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });
  test("paths", () => {
    expect(pathOf('event.data."a b".0')).toEqual(["event", "data", "a b", "0"]);
    expect(pathOf(String.raw`event."a\"b.c"`)).toEqual(["event", 'a"b.c']);
    expect(pathOf("event.")).toEqual(["event", ""]);
  });
});
