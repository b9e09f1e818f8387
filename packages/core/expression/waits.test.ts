import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Json } from "../model/json.ts";
import {
  canonicalPair,
  chooseAnchor,
  type Expression,
  equalityPairs,
  evaluate,
  freezeEvent,
  isTrue,
  parseExpression,
  valuesAt,
} from "./index.ts";

const moment = { now: 0 };
const event = (data: Json): Json => ({ name: "a", data });

function frozen(source: string, data: Json = {}): Expression {
  const expression = freezeEvent(parseExpression(source), event(data));
  if (expression === false) throw new Error(`${source} is constant false`);
  return expression;
}

const matches = (wait: Expression, data: Json): boolean => isTrue(wait, { async: event(data) }, moment);

describe("expression: freezing (4.5)", () => {
  test("the event's values stay, whatever `event` is later", () => {
    const wait = frozen("event.data.id == async.data.id", { id: "7" });
    expect(wait.roots).toEqual(["async"]);
    expect(wait.text).toBe("event.data.id == async.data.id");
    expect(wait.source).toBe('//frozen {"event.data.id":"7"}\nevent.data.id == async.data.id');
    expect(isTrue(wait, { event: event({ id: "8" }), async: event({ id: "8" }) }, moment)).toBe(false);
    expect(matches(wait, { id: "7" })).toBe(true);
    expect(freezeEvent(wait, event({ id: "8" }))).toBe(wait);
  });

  test("the frozen text parses to the same, with any value and a long one", () => {
    const data = { id: 'a"\n\u2028\\', list: [1, { a: null }], big: "x".repeat(100_000) };
    const source =
      "event.data.id == async.data.id // why\n && async.data.n in event.data.list && async.data.big == event.data.big";
    const again = parseExpression(frozen(source, data).source);
    expect(again).toEqual(frozen(source, data));
    expect(again.program).toBe(parseExpression(source).program);
    expect(matches(again, { id: data.id, n: 1.0, big: data.big })).toBe(true);
    expect(matches(again, { id: data.id, n: 2, big: data.big })).toBe(false);
    expect(() => parseExpression("//frozen {no\ntrue")).toThrow("not JSON");
    expect(() => parseExpression("//frozen {}")).toThrow("cannot read");
  });

  test("missing becomes null, and has() stays what it was", () => {
    expect(matches(frozen("event.data.id == async.data.id"), {})).toBe(true);
    expect(matches(frozen("event.data.id == async.data.id"), { id: null })).toBe(true);
    expect(matches(frozen("event.data.id == async.data.id"), { id: "7" })).toBe(false);
    expect(matches(frozen("async.data.n > event.data.min"), { n: 1 })).toBe(true);
    expect(matches(frozen("async.data.k == event.data.a + '-x'"), { k: "-x" })).toBe(true);
    expect(matches(frozen("!has(event.data.id) && async.data.x"), { x: true })).toBe(true);
    expect(freezeEvent(parseExpression("has(event.data.id) && async.data.x"), event({}))).toBe(false);
  });

  test("loops and computed keys see the frozen event", () => {
    const wait = frozen("event.data.ids.exists(i, i == async.data.id)", { ids: [1, 2] });
    expect(matches(wait, { id: 2 })).toBe(true);
    expect(matches(frozen("event.data.map[async.data.k] == 'v'", { map: { a: "v" } }), { k: "a" })).toBe(
      true,
    );
    expect(matches(frozen("event == async.data.copy", { a: 1 }), { copy: event({ a: 1 }) })).toBe(true);
  });

  const never: readonly (readonly [string, boolean])[] = [
    ["event.data.kind == 'b' && async.data.id == 1", true],
    ["async.data.id == 1 && event.data.gone", true],
    ["event.data.kind == 'b'", true],
    ["event.data.kind", true],
    ["event.data.kind == 'b' || event.data.kind == 'c' && async.data.id == 1", true],
    ["event.data.kind == 'a' ? event.data.gone : async.data.id == 1", true],
    ["async.data.id == 1 ? false : event.data.kind == 'b'", true],
    ["event.data.kind / 0 && async.data.id == 1", true],
    ["now() < timestamp('1960-01-01T00:00:00Z')", false],
    ["event.data.kind == 'a' && async.data.id == 1", false],
    ["event.data.kind == 'b' || async.data.id == 1", false],
    ["event.data.kind && async.data.id == 1", false],
    ["event.data.kind == 'a'", false],
    ["true", false],
  ];
  test.each(never)("%s, kind a: constant false is %s", (source, isFalse) => {
    expect(freezeEvent(parseExpression(source), event({ kind: "a" })) === false).toBe(isFalse);
  });
});

describe("expression: anchors of waits (hard parts 3)", () => {
  const data = { id: "order-1234", plan: "pro", n: 3, flag: true };
  const rows: readonly (readonly [string, readonly (readonly [string, Json])[] | null])[] = [
    ["event.data.id == async.data.id", [["data.id", "order-1234"]]],
    ["async.data.id == event.data.id", [["data.id", "order-1234"]]],
    ["async.data.plan == event.data.plan && async.data.id == event.data.id", [["data.id", "order-1234"]]],
    ["(async.data.a > 1 && async.data.n == -3) && async.data.flag == true", [["data.n", -3]]],
    ["async.data.flag == event.data.flag", [["data.flag", true]]],
    ["async.data.id == event.data.gone", [["data.id", null]]],
    ["async.data.id == 'order-' + event.data.plan", [["data.id", "order-pro"]]],
    ["async.data['a.b'].list[0] == 1", [['data["a.b"].list[0]', 1]]],
    ["async.name == 'shop/paid'", [["name", "shop/paid"]]],
    [
      "async.data.id == 1 || async.data.id == 2.0 && async.data.x",
      [
        ["data.id", 1],
        ["data.id", 2],
      ],
    ],
    ["async.data.id == 1 || async.data.id == 1.0", [["data.id", 1]]],
    ["async.data.id == 1 || event.data.plan == 'free'", [["data.id", 1]]],
    ["async.data.id == 1 || async.data.x > 2", null],
    ["async.data.id in [1, 2, 3, 4, 5]", null],
    [
      "async.data.a == 1 || async.data.a == 2 || async.data.a == 3 || async.data.a == 4 || async.data.a == 5",
      null,
    ],
    ["async.data.id != event.data.id", null],
    ["!(async.data.id == event.data.id)", null],
    ["async.data.id == async.data.other", null],
    ["async.data.id == [1]", null],
    ["async.data.at == now()", null],
    ["async.data.list.exists(i, i == 1)", null],
    ["async.data.list.exists(async, async.data.id == 1)", null],
    ["async.data[async.data.k] == 1", null],
    ["async == null", null],
    ["async.data.id == 9007199254740993", null],
    ["lowercase(async.data.id) == 'a'", null],
    ["true", null],
  ];
  test.each(rows)("%s", (source, expected) => {
    const anchors = chooseAnchor(frozen(source, data));
    expect(anchors?.map(({ path, value }) => [path, value]) ?? null).toEqual(expected);
  });

  test("all pairs of the chain, and none of an open event", () => {
    const source = "async.data.a == event.data.plan && async.data.b == 2 && async.data.c > 1";
    expect(equalityPairs(frozen(source, data))).toEqual([
      { path: "data.a", value: "pro" },
      { path: "data.b", value: 2 },
    ]);
    expect(equalityPairs(parseExpression(source))).toEqual([{ path: "data.b", value: 2 }]);
  });

  test("the canonical text follows ==", () => {
    const text = (value: Json): string => canonicalPair("data.id", value);
    expect(text(1)).toBe(text(1.0));
    expect(text(0)).toBe(text(-0));
    expect(new Set([1, "1", true, "true", null, "null", "", 0, false, [], {}].map(text)).size).toBe(11);
    expect(canonicalPair("data.a", 1)).not.toBe(canonicalPair("data.b", 1));
    const given = event({ id: 7, "a.b": { list: ["x"] }, list: [1] });
    const paths = ["data.id", "data.gone.deep", 'data["a.b"].list[0]', "data.list.length", "data"];
    expect(
      valuesAt(given, paths)
        .map(({ value }) => value)
        .slice(0, 4),
    ).toEqual([7, null, "x", null]);
    expect(() => valuesAt(given, ["data..id"])).toThrow("not a path");
  });

  test("law: a true expression has an anchor the event carries, and its stored text means the same", () => {
    const scalar = fc.constantFrom<Json>(null, true, false, 0, 1, 1.5, "", "a", "1");
    const data = fc.dictionary(fc.constantFrom("a", "b", "c"), scalar);
    const side = fc.constantFrom(
      "async.data.a",
      "async.data.b",
      "event.data.a",
      "event.data.b",
      "1",
      "'a'",
      "null",
    );
    const comparison = fc
      .tuple(side, fc.constantFrom("==", "==", "==", "!=", "<", ">="), side)
      .map((parts) => parts.join(" "));
    const leaf = fc.oneof(
      comparison,
      comparison.map((text) => `!(${text})`),
      side,
    );
    const chain = fc.array(leaf, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(" && "));
    const source = fc.array(chain, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(" || "));
    fc.assert(
      fc.property(source, data, data, (text, old, fresh) => {
        const wait = freezeEvent(parseExpression(text), event(old));
        if (wait === false)
          return !isTrue(parseExpression(text), { event: nulled(old), async: event(fresh) }, moment);
        const answer = matches(wait, fresh);
        const stored = parseExpression(wait.source);
        expect(evaluate(stored, { async: event(fresh) }, moment)).toEqual(
          evaluate(wait, { async: event(fresh) }, moment),
        );
        expect(isTrue(parseExpression(text), { event: nulled(old), async: event(fresh) }, moment)).toBe(
          answer,
        );
        const anchors = chooseAnchor(wait);
        if (!answer || anchors === null) return true;
        const carried = valuesAt(
          event(fresh),
          anchors.map(({ path }) => path),
        );
        const texts = carried.map(({ path, value }) => canonicalPair(path, value));
        return anchors.some(({ path, value }) => texts.includes(canonicalPair(path, value)));
      }),
      { numRuns: 3_000, seed: 20260102 },
    );
  });
});

/** The open event that a frozen one stands for: its missing values are null. */
function nulled(data: { [key: string]: Json }): Json {
  return event({ a: null, b: null, ...data });
}
