import type { Answer, RunLine, RunStatusWord } from "@stepwell/api/dashboard";
import { expect, test } from "vitest";
import { firstRows, noRows, refreshed, release, withOlder } from "./run-rows.ts";

const T0 = Date.UTC(2026, 10, 24, 10);

/** Runs are numbered by age: 9 is newer than 8. */
function aRun(n: number, status: RunStatusWord = "queued"): RunLine {
  const queuedAt = new Date(T0 + n * 1000).toISOString();
  return {
    id: `run-${String(n).padStart(6, "0")}`,
    status,
    function: { id: "f", name: "f", slug: "app-f" },
    app: { id: "a", name: "app" },
    trigger: "x",
    cron: null,
    events: 1,
    queuedAt,
    startedAt: null,
    endedAt: null,
    queueMs: null,
    durationMs: null,
    originalRunId: null,
    error: null,
    waits: null,
  };
}
function aPage(runs: RunLine[], next: string | null = null, searchedTo?: string): Answer<RunLine[]> {
  const meta = { asOf: new Date(T0).toISOString(), ...(searchedTo !== undefined && { searchedTo }) };
  return { data: runs, page: { next, limit: 50 }, meta };
}
const pageOf = (...numbers: number[]) => aPage(numbers.map((n) => aRun(n)));
const numbers = (rows: readonly RunLine[]) => rows.map(({ id }) => Number(id.slice(4)));

test("new runs come on top of a list that is not held", () => {
  const state = refreshed(firstRows(pageOf(2, 1)), pageOf(4, 3, 2, 1), null, false);
  expect(numbers(state.rows)).toEqual([4, 3, 2, 1]);
  expect(state.aside).toEqual([]);
});

test("a held list does not move: new runs are aside until it is released", () => {
  let state = firstRows(pageOf(2, 1));
  state = refreshed(state, pageOf(3, 2, 1), null, true);
  state = refreshed(state, pageOf(4, 3, 2, 1), null, true);
  expect(numbers(state.rows)).toEqual([2, 1]);
  expect(numbers(state.aside)).toEqual([4, 3]);
  expect(numbers(release(state, null).rows)).toEqual([4, 3, 2, 1]);
});

test("a status changes in place, held or not, and is told once", () => {
  const page = aPage([aRun(2), aRun(1, "failed")]);
  const state = refreshed(firstRows(pageOf(2, 1)), page, null, true);
  expect(state.rows[1]?.status).toBe("failed");
  expect([...state.changed]).toEqual(["run-000001"]);
  expect(refreshed(state, page, null, true).changed.size).toBe(0);
});

test("a run that left the filter goes; while held it stays, marked", () => {
  const before = firstRows(pageOf(3, 2, 1));
  expect(numbers(refreshed(before, pageOf(3, 1), null, false).rows)).toEqual([3, 1]);
  const held = refreshed(before, pageOf(3, 1), null, true);
  expect(numbers(held.rows)).toEqual([3, 2, 1]);
  expect([...held.gone]).toEqual(["run-000002"]);
  expect(numbers(release(held, null).rows)).toEqual([3, 1]);
  expect(refreshed(held, pageOf(3, 2, 1), null, true).gone.size).toBe(0);
  expect(refreshed(before, pageOf(), null, false).rows).toEqual([]);
});

test("what lies beyond a page says nothing of older rows", () => {
  const before = withOlder(firstRows(aPage([aRun(4), aRun(3)], "c1")), aPage([aRun(2), aRun(1)], "c2"));
  const state = refreshed(before, aPage([aRun(5), aRun(4)], "c9"), null, false);
  expect(numbers(state.rows)).toEqual([5, 4, 3, 2, 1]);
  expect(state.next).toBe("c2");
  const searched = refreshed(before, aPage([aRun(4)], null, "2026-11-24T00:00:00Z"), null, false);
  expect(numbers(searched.rows)).toEqual([4, 3, 2, 1]);
});

test("an older page that is read again changes its own rows only", () => {
  const before = withOlder(firstRows(aPage([aRun(4), aRun(3)], "c1")), aPage([aRun(2), aRun(1)], "c2"));
  const state = refreshed(before, aPage([aRun(2, "failed"), aRun(0)], "c3"), "c1", false);
  expect(numbers(state.rows)).toEqual([4, 3, 2]);
  expect(state.rows.at(-1)?.status).toBe("failed");
});

test("when more came than a page holds, the list begins again; held, it says so first", () => {
  const before = firstRows(aPage([aRun(2), aRun(1)], "c1"));
  const flood = aPage([aRun(90), aRun(89)], "c89");
  const at = refreshed(before, flood, null, false);
  expect([numbers(at.rows), at.next]).toEqual([[90, 89], "c89"]);
  const held = refreshed(before, flood, null, true);
  expect([numbers(held.rows), held.broken]).toEqual([[2, 1], true]);
  expect(numbers(release(held, flood).rows)).toEqual([90, 89]);
});

test("two runs of one instant keep an order, and none is shown twice", () => {
  const twins = [
    { ...aRun(1), id: "b" },
    { ...aRun(1), id: "a" },
  ];
  const state = refreshed(firstRows(aPage(twins)), aPage([...twins].reverse()), null, false);
  expect(state.rows.map(({ id }) => id)).toEqual(["b", "a"]);
});

test("an empty list takes what comes, unless it is held", () => {
  expect(numbers(refreshed(noRows, pageOf(1), null, false).rows)).toEqual([1]);
  expect(numbers(refreshed(noRows, pageOf(1), null, true).aside)).toEqual([1]);
});

test("10,000 rows are refreshed in little time", () => {
  const all = Array.from({ length: 10_000 }, (_, i) => aRun(10_000 - i));
  const from = performance.now();
  const state = refreshed(
    firstRows(aPage(all, "c")),
    aPage([aRun(10_001), ...all.slice(0, 49)], "d"),
    null,
    false,
  );
  expect(state.rows).toHaveLength(10_001);
  expect(performance.now() - from).toBeLessThan(500);
});
