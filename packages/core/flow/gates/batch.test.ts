/** Batches (semantics §6.7). */
import { describe, expect, test } from "vitest";
import type { BatchRule } from "../../model/function.ts";
import type { GateCellRow } from "../../model/queue.ts";
import { momentAt } from "../../run/fixtures/samples.ts";
import { functionOf } from "../fixtures/gate-samples.ts";
import { batchCell, batchState, judgeBatch } from "./batch.ts";

const NOW = 1_000_000;
const MIB = 1024 * 1024;
const first = (name: string) => ({ name, cells: [`c-${name}`], startCells: [`s-${name}`] });

/** One key's batch as events come. */
function createKey(rule: BatchRule) {
  let row: GateCellRow | undefined;
  const moment = momentAt(NOW);
  return {
    add(id: string, bytes = 100, at = NOW) {
      const verdict = judgeBatch(
        rule,
        "k",
        row,
        { id, bytes, first: first(id), parents: [{ parent: `p-${id}`, step: "s" }] },
        { ...moment, now: at },
      );
      row = verdict.is === "full" ? undefined : verdict.keep;
      return verdict;
    },
    state: () => batchState(row),
  };
}

describe("a batch", () => {
  test("opens with its first event, and is over its timeout after that one", () => {
    const key = createKey({ maxSize: 5, timeoutMs: 5000 });
    expect(key.add("a")).toMatchObject({ is: "collecting", opens: true });
    expect(key.add("b", 100, NOW + 4000)).toMatchObject({ is: "collecting", opens: false });
    expect(key.state()).toEqual({
      v: 1,
      batchId: "id1",
      events: ["a", "b"],
      bytes: 200,
      flushAt: NOW + 5000,
      first: first("a"),
      parents: [
        { parent: "p-a", step: "s" },
        { parent: "p-b", step: "s" },
      ],
    });
  });

  test("its cell does not expire, and its run uses the cells of the first event", () => {
    const key = createKey({ maxSize: 3, timeoutMs: 5000 });
    const opened = key.add("a");
    expect(opened.is === "collecting" && opened.keep.expiresAt).toBeNull();
    key.add("b");
    expect(key.add("c")).toMatchObject({
      is: "full",
      state: { first: { name: "a", cells: ["c-a"], startCells: ["s-a"] } },
    });
  });

  test("B-1 · of 5 at most: of 8 events the fifth fills one, the next three open another", () => {
    const key = createKey({ maxSize: 5, timeoutMs: 5000 });
    const verdicts = Array.from({ length: 8 }, (_, n) => key.add(String(n)));
    expect(verdicts.map((verdict) => verdict.is)).toEqual([
      ...Array.from({ length: 4 }, () => "collecting"),
      "full",
      ...Array.from({ length: 3 }, () => "collecting"),
    ]);
    expect(verdicts[4]?.state.events).toEqual(["0", "1", "2", "3", "4"]);
    expect(verdicts[5]).toMatchObject({ opens: true });
    expect(key.state()?.events).toEqual(["5", "6", "7"]);
    expect(key.state()?.batchId).not.toBe(verdicts[4]?.state.batchId);
  });

  test("is full at 10 MiB, however few events", () => {
    const key = createKey({ maxSize: 100, timeoutMs: 5000 });
    expect(key.add("a", 6 * MIB).is).toBe("collecting");
    expect(key.add("b", 4 * MIB - 1).is).toBe("collecting");
    expect(key.add("c", 1)).toMatchObject({
      is: "full",
      state: { events: ["a", "b", "c"], bytes: 10 * MIB },
    });
  });

  test("one event may fill it alone", () =>
    expect(createKey({ maxSize: 100, timeoutMs: 5000 }).add("a", 10 * MIB).is).toBe("full"));

  test("the same internal event is in it once", () => {
    const key = createKey({ maxSize: 3, timeoutMs: 5000 });
    key.add("a");
    expect(key.add("a")).toMatchObject({ is: "collecting", opens: false });
    expect(key.state()).toMatchObject({ events: ["a"], bytes: 100, parents: [{ parent: "p-a" }] });
    expect(key.add("b").is).toBe("collecting");
    expect(key.add("c").is).toBe("full");
  });

  test("a smaller size of a later sync counts from the next event on", () => {
    const moment = momentAt(NOW);
    const event = (id: string) => ({ id, bytes: 1, first: first(id), parents: [] });
    const rule = { maxSize: 9, timeoutMs: 5000 };
    const opened = judgeBatch(rule, "k", undefined, event("a"), moment);
    if (opened.is !== "collecting") throw new Error("one of nine is no full batch");
    expect(judgeBatch({ ...rule, maxSize: 2 }, "k", opened.keep, event("b"), moment).is).toBe("full");
  });
});

test("B-2 · the cell is one per function, expression and value", () => {
  const cell = (key: string | undefined, value: string, id = "F") => {
    const batch = { maxSize: 2, timeoutMs: 1000, ...(key === undefined ? {} : { key }) };
    return batchCell(id, functionOf({ batch }).config, value);
  };
  const names = [cell(undefined, ""), cell("a", "1"), cell("a", "2"), cell("b", "1"), cell("a", "1", "G")];
  expect(new Set(names).size).toBe(5);
  expect(batchCell("F", functionOf().config, "")).toBeNull();
});
