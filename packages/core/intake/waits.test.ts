/** How waits are placed and found again (hard-parts.md §3), and which events end them (semantics §7.3, §6.10). */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ExpressionError } from "../expression/index.ts";
import type { Json } from "../model/json.ts";
import type { WaitRow } from "../model/queue.ts";
import { anchorsOf, matchesWait, type Placing, placeWait } from "./waits.ts";

const event = (data: Json, more: object = {}): Json => ({
  name: "t/w",
  data,
  id: "x",
  ts: 5,
  user: {},
  ...more,
});
const opening = event({ id: 7, plan: "pro", long: "a".repeat(500) });
const place = (source: string | null, known: readonly string[] = []): Placing => {
  const placing = placeWait(source, opening, known);
  if (placing === null) throw new Error(`${source} can never be true`);
  return placing;
};
const row = (placing: Placing, more: Partial<WaitRow> = {}): WaitRow => ({
  id: "w",
  seq: 10,
  kind: "event",
  name: "t/w",
  anchor: placing.anchors[0] ?? "",
  runId: "R",
  step: "s",
  expression: placing.expression,
  openedAt: 1,
  until: 1000,
  ...more,
});
const finds = (placing: Placing, data: Json): boolean =>
  anchorsOf(event(data), placing.paths).some((anchor) => placing.anchors.includes(anchor));
const every = { anchors: ["*"], paths: ["*"] };

describe("a wait is placed", () => {
  test("without a condition it is looked at for every event of the name", () =>
    expect(place(null)).toEqual({ ...every, expression: null }));

  test.each<[string, string[], string[]]>([
    ["async.data.id == event.data.id", ["data.id"], ["data.id\nnumber\n7"]],
    ["async.data.id == '7'", ["data.id"], ["data.id\nstring\n7"]],
    ["async.data.id == event.data.gone", ["data.id"], ["data.id\nnull\nnull"]],
    [
      "async.data.a == 1 || async.data.b == 2",
      ["data.a", "data.b"],
      ["data.a\nnumber\n1", "data.b\nnumber\n2"],
    ],
    ["async.data.a == 1 || async.data.a == 2", ["data.a"], ["data.a\nnumber\n1", "data.a\nnumber\n2"]],
    ["async.user.id == event.data.id && async.data.x > 3", ["user.id"], ["user.id\nnumber\n7"]],
  ])("%s", (source, paths, anchors) => expect(place(source)).toMatchObject({ paths, anchors }));

  test.each([
    "async.data.id != 1",
    "async.data.list.exists(i, i == 1)",
    "async.data.id == 1 || async.data.x",
  ])("%s gives no equality: it is looked at for every event, and still evaluated", (source) =>
    expect(place(source)).toMatchObject({ ...every, expression: expect.stringContaining(source) }),
  );

  test.each(["false", "event.data.plan == 'free'", "event.data.gone && async.data.id == 1"])(
    "%s can never be true: it is not placed",
    (source) => expect(placeWait(source, opening, [])).toBeNull(),
  );

  test.each(["async.data.id =", "", "nothing.data == 1", "async.data.id == 1 &&"])(
    "%j cannot be read",
    (source) => expect(() => placeWait(source, opening, [])).toThrow(ExpressionError),
  );

  test("a long value is kept as a short text, and one that differs late has another", () => {
    const long = place("async.data.v == event.data.long");
    const other = placeWait("async.data.v == event.data.long", event({ long: `${"a".repeat(499)}b` }), []);
    expect(long.anchors[0]?.length).toBeLessThan(120);
    expect(long.anchors).not.toEqual(other?.anchors);
    expect(finds(long, { v: "a".repeat(500) })).toBe(true);
    expect(finds(long, { v: "a".repeat(501) })).toBe(false);
  });
});

describe("at most 16 paths are used for one name", () => {
  const paths = (count: number) => Array.from({ length: count }, (_, index) => `data.p${index}`);
  test.each<[string, string, string[], string[]]>([
    ["the 16th is used", "async.data.id == 1", paths(15), ["data.id"]],
    ["the 17th is not", "async.data.id == 1", paths(16), ["*"]],
    ["a known one always is", "async.data.p9 == 1", paths(16), ["data.p9"]],
    ["also when there are more of old", "async.data.p19 == 1", paths(20), ["data.p19"]],
    ["two that do not both fit", "async.data.a == 1 || async.data.b == 1", paths(15), ["*"]],
    ["one known, one new, no room", "async.data.p1 == 1 || async.data.b == 1", paths(16), ["*"]],
    ["one known, one new, room", "async.data.p1 == 1 || async.data.b == 1", paths(15), ["data.p1", "data.b"]],
  ])("%s", (_case, source, known, expected) => expect(place(source, known).paths).toEqual(expected));
});

describe("the anchors of an event", () => {
  test("one for each path, whether the event has it or not, and one for all when something waits for all", () => {
    expect(anchorsOf(event({ id: 1 }), ["data.id", "data.gone"])).toEqual([
      "data.id\nnumber\n1",
      "data.gone\nnull\nnull",
    ]);
    expect(anchorsOf(event({ id: 1 }), ["data.id", "*"])).toEqual(["data.id\nnumber\n1", "*"]);
    expect(anchorsOf(event({}), [])).toEqual([]);
  });

  test('1 and 1.0 are one value, 1 and "1" are two; null is like missing', () => {
    const one = place("async.data.v == 1");
    expect(one.anchors).toEqual(place("async.data.v == 1.0").anchors);
    expect([finds(one, { v: 1 }), finds(one, { v: "1" }), finds(one, {})]).toEqual([true, false, false]);
    const none = place("async.data.v == null");
    expect([finds(none, {}), finds(none, { v: null }), finds(none, { v: false })]).toEqual([
      true,
      true,
      false,
    ]);
  });
});

describe("an event ends a wait", () => {
  const plain = place(null);
  const keyed = place("async.data.id == event.data.id");
  const later = (data: Json, seq = 11, receivedAt = 5) => ({ seq, receivedAt, value: event(data) });

  test.each<[string, WaitRow, { seq: number; receivedAt: number; value: Json }, number, boolean]>([
    ["a later one", row(plain), later({}), 999, true],
    ["ST-8: not an earlier one", row(plain), later({}, 9), 999, false],
    ["not one of the same place", row(plain), later({}, 10), 999, false],
    ["ST-9: not one received at the end of its time", row(plain), later({}, 11, 1000), 1000, false],
    ["one received before it, looked at after it", row(plain), later({}, 11, 999), 5000, true],
    ["one without an end waits for ever", row(plain, { until: null }), later({}), 1e15, true],
    ["ST-7: with the right value", row(keyed), later({ id: 7 }), 5, true],
    ["ST-7: not with another", row(keyed), later({ id: 8 }), 5, false],
    ["not with the value as text", row(keyed), later({ id: "7" }), 5, false],
    ["not when the condition cannot be judged", row(place("async.data.a.b / 0 == 1")), later({}), 5, false],
    ["not when it gives no boolean", row(place("async.data.id")), later({ id: "yes" }), 5, false],
    ["never a wait for a signal", row(plain, { kind: "signal" }), later({}), 5, false],
    ["K-4: a cancelling one", row(keyed, { kind: "cancel", step: null }), later({ id: 7 }), 5, true],
  ])("%s", (_case, wait, sent, now, matches) => expect(matchesWait(wait, sent, now)).toBe(matches));
});

describe("law: a wait that matches an event has one of the event's anchors", () => {
  const long = "x".repeat(130);
  const scalar = fc.constantFrom<Json>(null, true, false, 0, 1, 1.5, -0, "", "a", "1", long, `${long}y`);
  const value = fc.oneof({ weight: 9, arbitrary: scalar }, { weight: 1, arbitrary: fc.constant<Json>([1]) });
  const data = fc.dictionary(fc.constantFrom("a", "b", "c"), value);
  const side = fc.constantFrom(
    ...["async.data.a", "async.data.b", "async.data.c", "async.name", "event.data.a", "event.data.b"],
    ...["1", "1.0", "0", "'a'", "null", "true", `'${long}'`],
  );
  const comparison = fc
    .tuple(side, fc.constantFrom("==", "==", "==", "!=", ">="), side)
    .map((parts) => parts.join(" "));
  const leaf = fc.oneof(
    comparison,
    comparison.map((text) => `!(${text})`),
  );
  const chain = fc.array(leaf, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(" && "));
  const source = fc.array(chain, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(" || "));
  const filler = Array.from({ length: 15 }, (_, index) => `data.filler${index}`);
  const known = fc.oneof(
    fc.subarray(["data.a", "data.b", "data.c", "name", "*"]),
    fc.nat(15).map((count) => filler.slice(0, count)),
  );

  test("whatever else waits for the name", { timeout: 60_000 }, () => {
    let matched = 0;
    fc.assert(
      fc.property(source, data, data, known, known, (text, old, fresh, before, after) => {
        const placing = placeWait(text, event(old), before);
        if (placing === null) return;
        expect(placing.anchors.length).toBeGreaterThan(0);
        const wait = row(placing, { until: null });
        if (!matchesWait(wait, { seq: 11, receivedAt: 5, value: event(fresh) }, 5)) return;
        matched += 1;
        const carried = anchorsOf(event(fresh), [...new Set([...before, ...placing.paths, ...after])]);
        expect(placing.anchors.some((anchor) => carried.includes(anchor))).toBe(true);
      }),
      { numRuns: 3000, seed: 20261127 },
    );
    // The law would hold of nothing, too.
    expect(matched).toBeGreaterThan(300);
  });
});
