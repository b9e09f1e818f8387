/** Throttled cells that nothing comes for any more: when they are looked at, and that no pace in use is lost. */
import { describe, expect, test } from "vitest";
import type { CellRow } from "../model/queue.ts";
import type { Change } from "../model/tables.ts";
import { claim } from "./capacity.ts";
import { inserted } from "./fixtures/gate-samples.ts";
import { laneOf, limitsOf, momentOf, NOW, poolOf, putRows } from "./fixtures/pool-samples.ts";
import { throttleCell } from "./gates/throttle.ts";
import { idleLook, idleRange } from "./idle-cells.ts";

const cellOf = (text: string, id = "F"): string =>
  throttleCell(id, { throttle: { limit: 1, periodMs: 5000, burst: 0, key: "event.data.k" } }, () => text) ??
  "";
const state = (cell: string, fullAt: number): CellRow => ({ cell, used: 0, state: { v: 1, fullAt } });
const removed = (write: readonly Change[]) =>
  write.flatMap((change) => ("remove" in change && change.remove === "cells" ? [change.key.cell] : []));
const limits = limitsOf({}, { [cellOf("a")]: { everyMs: 5000, aheadMs: 0 } });
const seenIdle = (cells: CellRow[], more = false) =>
  poolOf([], {
    idle: [{ look: idleLook("F"), cells, more }],
    cells: new Map(cells.map((row) => [row.cell, row])),
  });

describe("the look at a function's throttled cells", () => {
  test("spans all of them and nobody else's, and goes on behind one", () => {
    const range = idleRange(idleLook("F"));
    const inside = [cellOf(""), cellOf("a"), cellOf('"'), cellOf("\uffff")];
    const outside = [
      cellOf("a", "E"),
      cellOf("a", "FF"),
      cellOf("a", 'F",'),
      cellOf("a", "G"),
      "env:x",
      "throttle",
    ];
    const within = (cell: string) => cell > (range?.after ?? "") && cell < (range?.before ?? "");
    expect(inside.filter((cell) => !within(cell))).toEqual([]);
    expect(outside.filter(within)).toEqual([]);
    expect(idleRange(idleLook("F", cellOf("a")))).toEqual({ after: cellOf("a"), before: range?.before });
  });

  test("what is no such look says so", () => {
    for (const cell of [cellOf("a"), "paused:F", 'env:"idle:"', '["F",null,""]'])
      expect(idleRange(cell)).toBe(null);
  });
});

describe("a claim", () => {
  test("that grants from a throttled cell sets one wake of its function for when all are over", () => {
    const done = claim("p", poolOf([laneOf("F:start", [cellOf("a")], ["1"])]), 9, limits, "n", momentOf());
    const looks = done.write.filter((change) => "insert" in change && change.insert === "wakes");
    expect(looks).toEqual([
      {
        insert: "wakes",
        orIgnore: true,
        row: {
          id: `room:${idleLook("F")}`,
          job: { kind: "room", pool: "p", cell: idleLook("F") },
          runId: null,
          lane: null,
          score: NOW + 60_000,
          dueAt: NOW + 60_000,
        },
      },
    ]);
  });

  test("removes cells that are over, keeps the others, and comes back when the last of them is", () => {
    const cells = [state(cellOf("a"), NOW), state(cellOf("b"), NOW + 1), state(cellOf("c"), NOW + 90_000.5)];
    const done = claim("p", seenIdle(cells), 9, limits, "n", momentOf());
    expect(removed(done.write)).toEqual([cellOf("a")]);
    expect(inserted(done.write, "wakes")).toMatchObject([{ dueAt: NOW + 90_001 }]);
    expect([inserted(done.write, "nudges"), done.again]).toEqual([[], false]);
  });

  test("sets no wake when none is left", () => {
    const done = claim("p", seenIdle([state(cellOf("a"), NOW)]), 9, limits, "n", momentOf());
    expect(inserted(done.write, "wakes")).toEqual([]);
  });

  test("looks at the next part when there is one", () => {
    const cells = [state(cellOf("a"), NOW), state(cellOf("b"), NOW)];
    const done = claim("p", seenIdle(cells, true), 9, limits, "n", momentOf());
    expect(inserted(done.write, "nudges")).toEqual([
      { pool: "p", lane: null, cells: [idleLook("F", cellOf("b"))], score: null, gone: null },
    ]);
    expect(done.again).toBe(true);
  });

  test("keeps a cell that it grants from in the same commit", () => {
    const cells = [state(cellOf("a"), NOW)];
    const view = { ...seenIdle(cells), lanes: [laneOf("F:start", [cellOf("a")], ["1"])] };
    const done = claim("p", view, 9, limits, "n", momentOf());
    expect(done.leases).toHaveLength(1);
    expect(removed(done.write)).toEqual([]);
    expect(putRows(done.write, "cells")).toEqual([
      { cell: cellOf("a"), used: 0, state: { v: 1, fullAt: NOW + 5000 } },
    ]);
  });
});
