import { describe, expect, test } from "vitest";
import type { Json } from "../model/json.ts";
import {
  checkRestrictive,
  debounceKeyText,
  ExpressionError,
  evaluate,
  freezeEvent,
  isTrue,
  keyText,
  keyValue,
  parseExpression,
  priorityOf,
} from "./index.ts";

// Every row of semantics 4.2 and 4.3 and the examples of 4.6, as far as they are evaluation alone.

const moment = { now: Date.UTC(2026, 0, 2, 3, 4, 5) };
const event = (data: Json): Json => ({ name: "shop/order", data, id: "01", ts: moment.now });

function valueOf(source: string, data: Json = {}): unknown {
  const outcome = evaluate(parseExpression(source), { event: event(data) }, moment);
  return outcome.is === "value" ? outcome.value : outcome;
}

const holds = (source: string, data: Json = {}): boolean =>
  isTrue(parseExpression(source), { event: event(data) }, moment);

describe("expression: missing data (4.2)", () => {
  const rows: readonly (readonly [string, unknown])[] = [
    ["u == null", true],
    ["null == u", true],
    ["u != null", false],
    ["u == 'x'", false],
    ["u != 'x'", true],
    ["u < 5", true],
    ["u <= 5", true],
    ["5 < u", false],
    ["5 <= u", false],
    ["u > 5", false],
    ["u >= 5", false],
    ["5 > u", true],
    ["5 >= u", true],
    ["size(u)", 0n],
    ["u.size()", 0n],
    ["u + 'x'", "x"],
    ["'x' + u", "x"],
    ["!u", false],
    ["'a' in u", false],
    ["u in ['a']", false],
    ["u * 2", false],
    ["u - 2", false],
    ["u + 2", false],
    ["-u", false],
    ["lowercase(u)", false],
    ["int(u)", false],
    ["u.startsWith('x')", false],
    ["'x'.startsWith(u)", false],
    ["u.exists(i, true)", false],
    ["u.map(i, i)", false],
    ["has(u)", false],
    ["u", false],
  ];
  test.each(rows)("%s is %s", (source, expected) => {
    expect(valueOf(source.replaceAll(/\bu\b/g, "event.data.u"))).toEqual(expected);
  });

  test("what is below, beside or beyond the data is missing as well", () => {
    const data = { text: "abc", list: [1], none: null, deep: {} };
    for (const path of ["gone.a.b", "text.length", "text[0]", "list[1]", "list['0']", "none.a", "deep[1]"]) {
      expect(valueOf(`event.data.${path} == null`, data), path).toBe(true);
    }
    expect(valueOf("event.data.list[event.data.gone] == null", data)).toBe(true);
    expect(valueOf("async.data.x == null")).toBe(true);
  });

  test("missing and explicit null are told apart by has() only", () => {
    expect(valueOf("has(event.data.a)", { a: null })).toBe(true);
    expect(valueOf("event.data.a == event.data.b", { a: null })).toBe(true);
  });

  const nulls: readonly (readonly [string, boolean])[] = [
    ["event.data.n == 0", false],
    ["event.data.n != 0", true],
    ["event.data.n == ''", false],
    ["event.data.n < 1", true],
    ["event.data.n < 0", false],
    ["event.data.n <= 0", true],
    ["event.data.n > -1", true],
    ["0.5 > event.data.n", true],
    ["event.data.n < 'a'", true],
    ["event.data.n >= ''", true],
    ["event.data.n < now()", true],
    ["event.data.n < duration('1s')", true],
    ["event.data.n == null", true],
  ];
  test.each(nulls)("explicit null: %s is %s", (source, expected) => {
    expect(valueOf(source, { n: null })).toBe(expected);
  });
});

describe("expression: logic (4.3)", () => {
  const falsy = ["event.data.gone", "1 / 0", "null", "false", "''", "0", "0.0"];
  test.each(falsy)("%s is falsy", (part) => {
    expect(holds(`${part} || true`)).toBe(true);
    expect(holds(`${part} && true`)).toBe(false);
    expect(valueOf(`${part} ? 'yes' : 'no'`)).toBe("no");
  });
  test.each(["[]", "{}", "'x'", "-1", "0.1", "event.data"])("%s is truthy", (part) => {
    expect(holds(`${part} && true`)).toBe(true);
    expect(valueOf(`${part} ? 'yes' : 'no'`)).toBe("yes");
  });
  test("an error on either side of || is no error", () => {
    expect(holds("event.data.a.contains(1) || true")).toBe(true);
    expect(holds("true || event.data.a.contains(1)")).toBe(true);
  });
  test("|| gives the first truthy value outside boolean places, and a boolean inside", () => {
    expect(valueOf("event.data.org || event.data.user || 'none'", { user: "u1" })).toBe("u1");
    expect(valueOf("event.data.org || event.data.user || 'none'")).toBe("none");
    expect(holds("event.data.org || event.data.user", { user: "u1" })).toBe(true);
    expect(holds("event.data.org || event.data.user")).toBe(false);
    expect(holds("!(event.data.org || event.data.user)")).toBe(true);
  });
});

describe("expression: operators and functions (4.3)", () => {
  const data = {
    n: 6,
    f: 1.5,
    s: "Straße",
    items: [1, 2, { id: "a" }],
    tags: { red: 1 },
    "a.b": 1,
    at: "2026-01-02T03:04:05Z",
  };
  const rows: readonly (readonly [string, unknown])[] = [
    ["'a' + 1", "a1"],
    ["1.0 + 'a'", "1a"],
    ["'a' + true + 1.5", "atrue1.5"],
    ["'a' + [1, 'b']", 'a[1,"b"]'],
    ["'a' + {'b': 2.0, 'a': null}", 'a{"a":null,"b":2}'],
    ["1 + 2 * 3 - 4", 3n],
    ["7 / 2", 3n],
    ["7 % 4", 3n],
    ["7.0 / 2.0", 3.5],
    ["event.data.n * 2", 12],
    ["event.data.n % 4 == 2", true],
    ["-event.data.n", -6],
    ["[1] + [2]", [1n, 2n]],
    ["1 == 1.0 && 1u == 1 && 1 != '1'", true],
    ["9007199254740993 == 9007199254740992.0", false],
    ["1 < 1.5 && 'a' < 'b' && false < true", true],
    ["[1, {'a': 2}] == [1.0, {'a': 2.0}]", true],
    ["event.data.tags == {'red': 1}", true],
    ["2 in event.data.items", true],
    ["'red' in event.data.tags && !('blue' in event.data.tags)", true],
    ["event.data.items[2].id", "a"],
    ["event.data['tags']['red']", 1],
    ["event.data['a.b']", 1],
    ["event['data'].n", 6],
    ["{'a': 1, 2: 'b'}[2.0]", "b"],
    ["has(event.data.tags.red) && !has(event.data.tags.blue)", true],
    ["event.data.items.all(i, i != 3)", true],
    ["event.data.items.exists(i, i.id == 'a')", true],
    ["event.data.items.exists_one(i, i == 1)", true],
    ["event.data.items.filter(i, i == 1 || i == 2).map(i, i * 2)", [2, 4]],
    ["event.data.items.map(i, i == 1, 'x')", ["x"]],
    ["event.data.tags.exists(key, key == 'red')", true],
    [
      "[1, 2].map(a, [10, 20].map(b, a + b))",
      [
        [11n, 21n],
        [12n, 22n],
      ],
    ],
    ["[1].map(event, event + 1)", [2n]],
    ["[[1, 2]].map(i, i.map(i, i))", [[1n, 2n]]],
    ["'abc'.contains('b') && 'abc'.startsWith('a') && 'abc'.endsWith('c')", true],
    ["'abc123'.matches('[0-9]+$') && matches('x', '^x$')", true],
    ["size('a😀') + size([1, 2]) + size({'a': 1}) + 'ab'.size()", 7n],
    ["int(3.9) + int('4') + int(-1.5)", 6n],
    ["int(timestamp('1970-01-01T00:01:00Z'))", 60n],
    ["uint(3)", 3n],
    ["double('1.5') + double(2)", 3.5],
    ["string(1.0) + string(true) + string(1.25)", "1true1.25"],
    ["string(timestamp('2026-01-02T05:04:05.500+02:00'))", "2026-01-02T03:04:05.5Z"],
    ["string(duration('1h30m'))", "5400s"],
    ["timestamp(event.data.at) == date(event.data.at)", true],
    ["timestamp('2026-01-02T00:00:00Z') - timestamp('2026-01-01T00:00:00Z') == duration('24h')", true],
    ["timestamp('2026-01-02T00:00:00Z') + duration('1m') > timestamp('2026-01-02T00:00:00Z')", true],
    ["timestamp('2026-01-02T10:11:12Z').getHours()", 10n],
    ["timestamp('2024-12-31T00:00:00Z').getDayOfYear()", 365n],
    ["timestamp('2026-01-02T10:11:12.130Z').getMinutes() * 100 + now().getSeconds()", 1105n],
    ["timestamp('2026-01-02T10:11:12.130Z').getMilliseconds()", 130n],
    ["now().getFullYear() * 10000 + now().getMonth() * 100 + now().getDate()", 20260002n],
    ["now().getDayOfMonth() * 10 + now().getDayOfWeek()", 15n],
    ["duration('90m').getHours()", 1n],
    ["lowercase('ÄB') + uppercase('äb')", "äbÄB"],
    ["b64decode('aMOpbGxv')", "héllo"],
    ['json_parse("{\\"a\\": [1]}").a[0]', 1],
    ["date('2026-01-02') < now()", true],
    ["date(event.ts) == now() && date(event.ts / 1000) == now()", true],
    ["now_plus('1h') - now() == duration('3600s') && now() - now_minus('1d') == duration('24h')", true],
  ];
  test.each(rows)("%s", (source, expected) => {
    expect(valueOf(source, data)).toEqual(expected);
  });

  const errors = [
    "1 / 0",
    "1 % 0",
    "9223372036854775807 * 4",
    "uint(-1)",
    "int('x')",
    "int(1e300)",
    "'a' < 1",
    "!'yes'",
    "-'a'",
    "[1] - [2]",
    "'a' in 'abc'",
    "size(1)",
    "lowercase(1)",
    "b64decode('%')",
    "json_parse('[1]')",
    "json_parse('no')",
    "timestamp('2026-02-30T00:00:00Z')",
    "date('soon')",
    "duration('1x')",
    "now_plus('1000000h') + duration('100000000h')",
    "'a'.matches('(')",
    "'a'.matches('a{1000}a{1000}')",
    "now().getHours() + duration('1h').getFullYear()",
    "true.map(i, i)",
    "{null: 1}",
  ];
  test.each(errors)("%s is an error, and false", (source) => {
    expect(valueOf(source)).toMatchObject({ is: "error", why: expect.any(String) });
    expect(holds(source)).toBe(false);
  });
});

describe("expression: the examples of 4.6", () => {
  test("expression: missing price is not above 100 (X-1)", () => {
    expect(holds("event.data.price > 100")).toBe(false);
    expect(holds("event.data.price > 100", { price: 101 })).toBe(true);
  });
  test("expression: missing price sorts low (X-2)", () => {
    expect(holds("event.data.price < 100")).toBe(true);
  });
  test("expression: missing tag differs from 'a' (X-3)", () => {
    expect(holds("event.data.tag != 'a'")).toBe(true);
  });
  test("expression: 1.0 equals 1 (X-4)", () => {
    expect(holds("event.data.n == 1", { n: 1.0 })).toBe(true);
  });
  test("expression: text is no verdict (X-5)", () => {
    expect(holds("event.data.flag", { flag: "yes" })).toBe(false);
    expect(holds("event.data.flag", { flag: true })).toBe(true);
  });
  test("expression: missing left of || is false (X-6)", () => {
    expect(holds("event.data.a || event.data.b == 2", { b: 2 })).toBe(true);
  });
  test("expression: missing concurrency keys share a bucket (X-7)", () => {
    const key = parseExpression("event.data.org");
    expect(keyText(key, event({ a: 1 }), moment)).toBe("false");
    expect(keyText(key, event({ b: 2 }), moment)).toBe("false");
  });
  test("expression: whole doubles are priorities (X-8)", () => {
    const priority = (source: string, p: Json): number =>
      priorityOf(parseExpression(source), event({ p }), moment);
    expect(priority("event.data.p", 120)).toBe(120);
    expect(priority("int(event.data.p)", 120.7)).toBe(120);
    expect(priority("event.data.p", 1.5)).toBe(0);
    expect(priority("event.data.p", "5")).toBe(0);
    expect(priority("event.data.q", 5)).toBe(0);
    expect(priority("event.data.p == 'vip' ? 60 : -60", "free")).toBe(-60);
  });
  test("expression: cancelOn refuses text functions (X-9)", () => {
    expect(checkRestrictive(parseExpression("async.data.name.startsWith('x')"))).toEqual(["startsWith()"]);
  });
  test("expression: a wait may look into a list (X-10)", () => {
    const wait = freezeEvent(parseExpression("async.data.items.exists(i, i == 1)"), event({}));
    const matches = (items: Json): boolean =>
      wait !== false && isTrue(wait, { async: event({ items }) }, moment);
    expect(matches([2, 1])).toBe(true);
    expect(matches([2])).toBe(false);
  });
  test("expression: half an expression does not compile (X-11)", () => {
    expect(() => parseExpression("async.data.id =")).toThrow(ExpressionError);
  });
  test("expression: concatenated keys take text and numbers (X-13)", () => {
    const key = parseExpression("event.data.id + '-' + event.data.kind");
    expect(debounceKeyText(key, event({ id: "7", kind: "a" }), moment)).toBe("7-a");
    expect(debounceKeyText(key, event({ id: 7, kind: "a" }), moment)).toBe("7-a");
  });
  test("expression: uppercase (X-14)", () => {
    expect(holds("uppercase(event.data.c) == 'DE'", { c: "de" })).toBe(true);
  });
  test("expression: a missing rate-limit key does not limit (X-15)", () => {
    expect(keyValue(parseExpression("event.data.id"), event({}), moment)).toEqual({
      limited: false,
      error: null,
    });
  });
  test("expression: not missing is no match, but missing is not true (X-16)", () => {
    expect(holds("!event.data.deleted")).toBe(false);
    expect(holds("event.data.deleted != true")).toBe(true);
  });
});
