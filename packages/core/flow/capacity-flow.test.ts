/** Claims under throttle, limits on runs, pause, two limits and shared counters (semantics §6.2, §6.3, §6.11; hard-parts.md §1). */
import { describe, expect, test } from "vitest";
import type { Change } from "../model/tables.ts";
import { type Claim, claim, NO_NODE, type PoolView } from "./capacity.ts";
import { inserted } from "./fixtures/gate-samples.ts";
import {
  cellRows,
  laneOf,
  leaseWith,
  limitsOf,
  momentOf,
  NOW,
  poolOf,
  putRows,
} from "./fixtures/pool-samples.ts";
import type { Pace } from "./gates/gcra.ts";
import { isThrottle } from "./gates/throttle.ts";

const paced = 'throttle:["F",null,""]';
const pace: Pace = { everyMs: 5000, aheadMs: 0 };
const ofRun = 'run:["F",null,""]';
const claimed = (seen: PoolView, limits = limitsOf(), want = 10, now = NOW): Claim =>
  claim("p", seen, want, limits, "n", momentOf(now));
const runs = ({ leases }: Claim): string[] => leases.map(({ runId }) => runId);
const blocks = (write: readonly Change[]) =>
  putRows(write, "lanes").map(({ lane, blocked }) => [lane, blocked]);
/** Wakes that look at a throttled cell again. */
const rooms = ({ write }: Claim) =>
  inserted(write, "wakes").filter(({ job }) => job.kind === "room" && isThrottle(job.cell));
const full = { v: 1 as const, fullAt: NOW + 5000 };

describe("a throttled lane", () => {
  const limits = limitsOf({ c: 9 }, { [paced]: pace });

  test("TH-1 · one of three starts; the lane is blocked on the cell, and one wake looks again in time", () => {
    const done = claimed(poolOf([laneOf("F:start", ["c", paced], ["1", "2", "3"])]), limits);
    expect(runs(done)).toEqual(["run-1"]);
    expect(putRows(done.write, "cells")).toEqual([
      { cell: "c", used: 1, state: null },
      { cell: paced, used: 0, state: full },
    ]);
    expect(blocks(done.write)).toEqual([["F:start", paced]]);
    expect(rooms(done)).toEqual([
      {
        id: expect.any(String),
        job: { kind: "room", pool: "p", cell: paced },
        runId: null,
        lane: null,
        score: NOW + 5000,
        dueAt: NOW + 5000,
      },
    ]);
    expect(done.again).toBe(false);
  });

  test("TH-2 · limit + burst start at once", () => {
    const burst = limitsOf({}, { [paced]: { everyMs: 3000, aheadMs: 6000 } });
    const done = claimed(poolOf([laneOf("F:start", [paced], ["1", "2", "3", "4"])]), burst);
    expect(runs(done)).toEqual(["run-1", "run-2", "run-3"]);
    expect(rooms(done)).toMatchObject([{ dueAt: NOW + 3000 }]);
  });

  test("TH-3 · another value has a pace of its own", () => {
    const other = 'throttle:["F",null,"b"]';
    const both = limitsOf({}, { [paced]: pace, [other]: pace });
    const lanes = [laneOf("F a:start", [paced], ["1", "2"]), laneOf("F b:start", [other], ["3", "4"])];
    expect(runs(claimed(poolOf(lanes), both)).sort()).toEqual(["run-1", "run-3"]);
  });

  test("two lanes of one throttle go by one pace, and one wake stands for both", () => {
    const lanes = [laneOf("F a:start", [paced], ["1", "2"]), laneOf("F b:start", [paced], ["3", "4"])];
    const done = claimed(poolOf(lanes), limits);
    expect(runs(done)).toHaveLength(1);
    expect(blocks(done.write)).toEqual([
      ["F a:start", paced],
      ["F b:start", paced],
    ]);
    expect(rooms(done)).toHaveLength(1);
  });

  test("the wake may be there already", () => {
    const view = poolOf([laneOf("F:start", [paced], ["1"])], { cells: cellRows({ [paced]: full }) });
    const wakes = claimed(view, limits).write.filter(
      (change) => "insert" in change && change.insert === "wakes",
    );
    expect(wakes).toMatchObject([{ orIgnore: true, row: { dueAt: NOW + 5000 } }]);
  });

  test("without a grant the pace stands still: full elsewhere, full itself, or nobody free", () => {
    const lane = laneOf("F:start", ["c", paced], ["1"]);
    const elsewhere = claimed(
      poolOf([lane], { cells: cellRows({ c: 1 }) }),
      limitsOf({ c: 1 }, { [paced]: pace }),
    );
    const itself = claimed(poolOf([lane], { cells: cellRows({ [paced]: full }) }), limits);
    const nobody = claimed(poolOf([lane]), limits, 0);
    for (const done of [elsewhere, itself, nobody]) {
      expect(done.leases).toEqual([]);
      expect(putRows(done.write, "cells")).toEqual([]);
    }
    expect(blocks(elsewhere.write)).toEqual([["F:start", "c"]]);
    expect(inserted(elsewhere.write, "wakes")).toEqual([]);
  });

  test("one start takes the pace once, from where the last one left it", () => {
    const state = { v: 1 as const, fullAt: NOW + 1000 };
    const ahead = limitsOf({}, { [paced]: { everyMs: 5000, aheadMs: 5000 } });
    const view = poolOf([laneOf("F:start", [paced], ["1"])], { cells: cellRows({ [paced]: state }) });
    expect(putRows(claimed(view, ahead).write, "cells")).toEqual([
      { cell: paced, used: 0, state: { v: 1, fullAt: NOW + 6000 } },
    ]);
  });

  test("starts again on the millisecond that its time has come, and not before", () => {
    const view = poolOf([laneOf("F:start", [paced], ["1"], { blocked: paced })], {
      cells: cellRows({ [paced]: full }),
    });
    expect(runs(claimed(view, limits, 10, NOW + 4999))).toEqual([]);
    expect(runs(claimed(view, limits, 10, NOW + 5000))).toEqual(["run-1"]);
  });

  test("a lease does not name the throttle: its end gives nothing back", () => {
    const [lease] = claimed(poolOf([laneOf("F:start", ["c", paced], ["1"])]), limits).leases;
    expect(lease?.cells).toEqual(["c"]);
  });

  test("a throttle that is gone from the configuration holds nothing", () => {
    const view = poolOf([laneOf("F:start", [paced], ["1", "2"], { blocked: paced })], {
      cells: cellRows({ [paced]: full }),
    });
    const done = claimed(view, limitsOf());
    expect(runs(done)).toEqual(["run-1", "run-2"]);
    expect(rooms(done)).toEqual([]);
  });

  test("a lane that was seen to its end and is full now has its wake, too", () => {
    const lane = { ...laneOf("F:start", [paced], ["1"]), limit: 1 };
    const done = claimed(poolOf([lane]), limits);
    expect(runs(done)).toEqual(["run-1"]);
    expect(blocks(done.write)).toEqual([["F:start", paced]]);
    expect(rooms(done)).toMatchObject([{ dueAt: NOW + 5000 }]);
  });
});

describe("a limit on runs", () => {
  const limits = limitsOf({ [ofRun]: 1, c: 9 });

  test("C-7 · a start takes a slot by a lease of the run, which no process holds", () => {
    const done = claimed(poolOf([laneOf("F:start", ["c", ofRun], ["1", "2"])]), limits);
    expect(runs(done)).toEqual(["run-1"]);
    expect(inserted(done.write, "leases")).toMatchObject([
      { id: "id-1", runId: "run-1", cells: ["c"], node: "n", freed: false },
      { id: "run:run-1", runId: "run-1", cells: [ofRun], node: NO_NODE, freed: false },
    ]);
    expect(putRows(done.write, "cells")).toEqual([
      { cell: "c", used: 1, state: null },
      { cell: ofRun, used: 1, state: null },
    ]);
    expect(blocks(done.write)).toEqual([["F:start", ofRun]]);
  });

  test("the end of a call gives the call's slots back, not the run's", () => {
    const view = poolOf([laneOf("F:start", ["c", ofRun], ["2"], { blocked: ofRun })], {
      freed: [leaseWith("id-1", ["c"])],
      cells: cellRows({ c: 1, [ofRun]: 1 }),
    });
    expect(runs(claimed(view, limits))).toEqual([]);
  });

  test("the run's last commit frees it, and the next one starts", () => {
    const view = poolOf([laneOf("F:start", ["c", ofRun], ["2"], { blocked: ofRun })], {
      freed: [leaseWith("run:run-1", [ofRun], { node: NO_NODE })],
      cells: cellRows({ [ofRun]: 1 }),
    });
    expect(runs(claimed(view, limits))).toEqual(["run-2"]);
  });

  test("steps of a run that has started take no slot of it", () => {
    const done = claimed(
      poolOf([laneOf("F:step", ["c"], ["1", "2"])], { cells: cellRows({ [ofRun]: 1 }) }),
      limits,
    );
    expect(done.leases).toHaveLength(2);
    expect(inserted(done.write, "leases").map(({ id }) => id)).not.toContain("run:run-1");
  });
});

describe("a paused function", () => {
  const lanes = () => [
    laneOf("F:start", ["c"], ["1"]),
    laneOf("F:step", [], ["2"]),
    laneOf("G:step", [], ["3"]),
  ];

  test("is held as by a full cell, in all its lanes; others go on", () => {
    const done = claimed(poolOf(lanes()), limitsOf({}, {}, ["F"]));
    expect(runs(done)).toEqual(["run-3"]);
    expect(blocks(done.write)).toEqual([
      ["F:start", "paused:F"],
      ["F:step", "paused:F"],
    ]);
    expect(inserted(done.write, "wakes")).toEqual([]);
    expect(done.again).toBe(false);
  });

  test("goes on with a nudge that names its cell", () => {
    const blocked = [laneOf("F:step", [], ["2"], { blocked: "paused:F" })];
    const nudges = [{ id: 1, pool: "p", lane: null, cells: ["paused:F"], score: null, gone: null }];
    const done = claimed(poolOf(blocked, { nudges }), limitsOf());
    expect(runs(done)).toEqual(["run-2"]);
  });

  test("lanes beyond those that were shown get the baton at a resume, and none while it is paused", () => {
    const shown = [laneOf("F:step", [], ["2"], { blocked: "paused:F" })];
    const batons = (done: Claim) => inserted(done.write, "nudges");
    const view = poolOf(shown, { cut: [{ cell: "paused:F", functionId: "F" }] });
    expect(batons(claimed(view, limitsOf()))).toMatchObject([{ lane: null, cells: ["paused:F"] }]);
    expect(batons(claimed(view, limitsOf({}, {}, ["F"])))).toEqual([]);
  });
});

describe("two limits (C-4)", () => {
  const lane = (key: string, ids: string[]) => laneOf(`F ${key} all:step`, [key, "all"], ids);
  const limits = limitsOf({ k1: 1, k2: 1, k3: 1, all: 2 });

  test("both must have room: never two of one key, never three in all", () => {
    const done = claimed(poolOf([lane("k1", ["1", "2"]), lane("k2", ["3"]), lane("k3", ["4"])]), limits);
    expect(runs(done)).toEqual(["run-1", "run-3"]);
    expect(blocks(done.write)).toEqual([
      ["F k1 all:step", "k1"],
      ["F k3 all:step", "all"],
    ]);
  });

  test("a lane waits for its narrowest full cell", () => {
    const done = claimed(poolOf([lane("k1", ["1"])], { cells: cellRows({ k1: 1, all: 2 }) }), limits);
    expect(blocks(done.write)).toEqual([["F k1 all:step", "k1"]]);
  });

  test("the wide one got room but not the narrow one: the lane waits for that now", () => {
    const view = poolOf([laneOf("F k1 all:step", ["k1", "all"], ["1"], { blocked: "all" })], {
      freed: [leaseWith("x", ["k2", "all"])],
      cells: cellRows({ k1: 1, k2: 1, all: 2 }),
    });
    const done = claimed(view, limits);
    expect(runs(done)).toEqual([]);
    expect(blocks(done.write)).toEqual([["F k1 all:step", "k1"]]);
  });
});

describe("a counter that functions share", () => {
  const shared = 'account:"g"';
  const limits = limitsOf({ [`F ${shared}`]: 1, [`G ${shared}`]: 3 });

  test("each goes by a number of its own over the one count", () => {
    const lanes = [
      laneOf(`F ${shared}:step`, [shared], ["1", "2"]),
      laneOf(`G ${shared}:step`, [shared], ["3", "4", "5"]),
    ];
    const done = claimed(poolOf(lanes), limits);
    expect(runs(done)).toEqual(["run-1", "run-3", "run-4"]);
    expect(putRows(done.write, "cells")).toEqual([{ cell: shared, used: 3, state: null }]);
    expect(blocks(done.write)).toEqual([
      [`F ${shared}:step`, shared],
      [`G ${shared}:step`, shared],
    ]);
  });

  test("what another function uses counts: the smaller number waits although none of its own calls are out", () => {
    const view = poolOf([laneOf(`F ${shared}:step`, [shared], ["1"])], { cells: cellRows({ [shared]: 2 }) });
    expect(runs(claimed(view, limits))).toEqual([]);
  });

  test("C-5 · equal numbers: the two never have more than that together", () => {
    const same = limitsOf({ [shared]: 1 });
    const lanes = [laneOf(`F ${shared}:step`, [shared], ["1"]), laneOf(`G ${shared}:step`, [shared], ["2"])];
    expect(runs(claimed(poolOf(lanes), same))).toHaveLength(1);
  });

  test("a function without the limit any more is not held by it, yet its calls count until they end", () => {
    const view = poolOf([laneOf(`H ${shared}:step`, [shared], ["1"])], { cells: cellRows({ [shared]: 9 }) });
    const done = claimed(view, limits);
    expect(runs(done)).toEqual(["run-1"]);
    expect(putRows(done.write, "cells")).toEqual([{ cell: shared, used: 10, state: null }]);
  });
});
