/** Concurrency limits, their cells and numbers (semantics §6.2). */
import { describe, expect, test } from "vitest";
import type { ConcurrencyLimit, FunctionConfig } from "../../model/function.ts";
import { functionOf } from "../fixtures/gate-samples.ts";
import { cellLimit, concurrencyCells, hasSharedLimit, isRunCell, isShared, ownerOf } from "./concurrency.ts";
import { isThrottle } from "./throttle.ts";

const none = Number.POSITIVE_INFINITY;
const limitOf = (limit: number, more: Partial<ConcurrencyLimit> = {}): ConcurrencyLimit => ({
  limit,
  scope: "fn",
  ...more,
});
const byId = (key: string, more: Partial<ConcurrencyLimit> = {}) =>
  limitOf(1, { key: `event.data.${key}`, ...more });
const shared = (scope: "env" | "account", limit = 1, key = "event.data.id") => limitOf(limit, { key, scope });
const run = (limit = 1, more: Partial<ConcurrencyLimit> = {}) => limitOf(limit, { level: "run", ...more });
const config = (...concurrency: ConcurrencyLimit[]): FunctionConfig => functionOf({ concurrency }).config;
const values = (expression: string) => `of ${expression}`;
const cells = (limits: ConcurrencyLimit[], level?: "step" | "run", id = "F", text = values) =>
  concurrencyCells(id, config(...limits), text, level);

describe("cells", () => {
  test("a limit of 0 has none", () => expect(cells([limitOf(0), byId("id", { limit: 0 })])).toEqual([]));

  test("narrowest first: keyed before unkeyed, the function's own before shared ones", () => {
    const limits = [shared("account"), limitOf(2), byId("id")];
    expect(cells(limits)).toEqual([
      '["F","event.data.id","of event.data.id"]',
      '["F",null,""]',
      'account:"of event.data.id"',
    ]);
    expect(cells([limitOf(2), byId("id")])).toEqual(cells([byId("id"), limitOf(2)]));
  });

  test("of its own: one per function, expression and value", () => {
    const names = [
      ...cells([byId("id")]),
      ...cells([byId("no")]),
      ...cells([byId("id")], "step", "G"),
      ...cells([byId("id")], "step", "F", () => "other"),
      ...cells([limitOf(1)]),
    ];
    expect(new Set(names).size).toBe(5);
  });

  test("env and account: by scope and value alone, whatever function and expression gave the value", () => {
    const one = (limit: ConcurrencyLimit, id: string) => cells([limit], "step", id, () => "acme");
    expect(one(shared("account"), "F")).toEqual(one(shared("account", 9, "event.data.org"), "G"));
    expect(one(shared("env"), "F")).toEqual(one(shared("env", 3), "G"));
    expect(one(shared("env"), "F")).not.toEqual(one(shared("account"), "F"));
  });

  test("limits on runs have cells of their own, apart from those of calls", () => {
    const limits = [limitOf(2), run(1, { key: "event.data.id" })];
    expect(cells(limits)).toEqual(['["F",null,""]']);
    expect(cells(limits, "run")).toEqual(['run:["F","event.data.id","of event.data.id"]']);
    expect(new Set([...cells([limitOf(1)]), ...cells([run()], "run")]).size).toBe(2);
  });

  test("what a cell is can be told from its name, whatever value it holds", () => {
    for (const value of ["run:", "env:x", "account:", "throttle:", '"', "a b:c", ""]) {
      const [own = "", wide = ""] = cells([byId("id"), shared("env")], "step", "F", () => value);
      const [ofRun = ""] = cells([run(1, { key: "k" })], "run", "F", () => value);
      expect([own, wide, ofRun].map(isRunCell)).toEqual([false, false, true]);
      expect([own, wide, ofRun].map(isShared)).toEqual([false, true, false]);
      expect([own, wide, ofRun].map(isThrottle)).toEqual([false, false, false]);
      expect([own, ofRun].map(ownerOf)).toEqual(["F", "F"]);
    }
  });

  test("a function with a shared limit in force is claimed together with others", () => {
    expect(hasSharedLimit(config(limitOf(1), run()))).toBe(false);
    expect(hasSharedLimit(config(limitOf(1), shared("env")))).toBe(true);
    expect(hasSharedLimit(config(shared("account", 0)))).toBe(false);
  });
});

describe("the number of a cell", () => {
  const numberOf = (cell: string, of: Record<string, FunctionConfig>, id = "F") =>
    cellLimit(cell, id, (name) => of[name]);
  const [own = ""] = cells([byId("id")]);
  const [plain = ""] = cells([limitOf(1)]);
  const [ofRun = ""] = cells([run()], "run");
  const [wide = ""] = cells([shared("account")]);

  test("comes from the latest configuration, by the expression of its key", () => {
    const F = config(byId("id", { limit: 3 }), limitOf(8));
    expect([own, plain].map((cell) => numberOf(cell, { F }))).toEqual([3, 8]);
  });

  test.each<[string, FunctionConfig | undefined]>([
    ["the limit is gone", config()],
    ["its number is 0 now", config(byId("id", { limit: 0 }), limitOf(0), run(0), shared("account", 0))],
    ["the function is gone", undefined],
  ])("is none when %s", (_case, F) => {
    const of: Record<string, FunctionConfig> = F === undefined ? {} : { F };
    expect([own, plain, ofRun, wide].map((cell) => numberOf(cell, of))).toEqual([none, none, none, none]);
  });

  test("is none for a key whose expression has changed: its calls count afresh", () =>
    expect(numberOf(own, { F: config(byId("no"), limitOf(1)) })).toBe(none));

  test("of runs and of calls are told apart", () => {
    const F = config(limitOf(2), run(5));
    expect([numberOf(plain, { F }), numberOf(ofRun, { F })]).toEqual([2, 5]);
  });

  test("of a shared counter is each function's own", () => {
    const of = { F: config(shared("account", 2)), G: config(shared("account", 7)), H: config() };
    expect(["F", "G", "H"].map((id) => numberOf(wide, of, id))).toEqual([2, 7, none]);
  });

  test("of env is not that of account", () =>
    expect(numberOf(wide, { F: config(shared("env", 2)) })).toBe(none));

  test("two limits that have one cell: the smaller", () =>
    expect(numberOf(plain, { F: config(limitOf(5), limitOf(3)) })).toBe(3));
});
