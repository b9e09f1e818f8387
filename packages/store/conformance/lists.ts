/** Pages of runs by status, function, app and time: each filter, in both orders, page by page against the plain answer. */
import type { Change, RunRow, RunStatus } from "@stepwell/core";
import { expect, test } from "vitest";
import type { RunFilter, Store } from "../port.ts";
import { app, fn, fresh, NOW, type OpenStore, run, write } from "./sample-rows.ts";

const RUNS = 120;
const appOf = (functionNumber: number): string => `a${functionNumber % 2}`;

/** Few of some and many of others, several at one time, in no order of their values. */
function sample(n: number): ReturnType<typeof run> {
  const functionNumber = n % 7 === 0 ? 3 : n % 3;
  const statuses: RunStatus[] = ["completed", "completed", "completed", "failed", "queued"];
  return run(`r${String(n).padStart(3, "0")}`, {
    functionId: `f${functionNumber}`,
    appId: appOf(functionNumber),
    status: n === 77 ? "cancelled" : (statuses[(n * 11) % 5] ?? "completed"),
    queuedAt: NOW + Math.floor(n / 4),
  });
}

async function filled(open: OpenStore): Promise<{ store: Store; rows: RunRow[] }> {
  const store = await fresh(open);
  const names = [0, 1, 2, 3].map((n): Change => ({ insert: "functions", row: fn(`f${n}`, appOf(n)) }));
  const runs = Array.from({ length: RUNS }, (_, n): Change => ({ insert: "runs", row: sample(n) }));
  await write(store, { insert: "apps", row: app("a0") }, ...names, ...runs);
  const rows: RunRow[] = [];
  for (const { id } of Array.from({ length: RUNS }, (_, n) => sample(n))) {
    const row = await store.read.run(id);
    if (row !== null) rows.push(row);
  }
  return { store, rows };
}

const statuses: (RunStatus[] | undefined)[] = [
  undefined,
  ["cancelled"],
  ["failed", "queued"],
  ["skipped", "completed", "completed"],
];
const whose: Pick<RunFilter, "functionIds" | "appIds">[] = [
  {},
  { functionIds: ["f3"] },
  { functionIds: ["f2", "f0", "none", "f2"] },
  { appIds: ["a1"] },
  { appIds: ["a0", "a1"], functionIds: ["f1", "f2"] },
  { functionIds: [] },
];
const times: Pick<RunFilter, "from" | "until">[] = [
  {},
  { from: NOW + 5, until: NOW + 21 },
  { until: NOW + 9 },
];
const filters = statuses.flatMap((status) =>
  whose.flatMap((of) =>
    times.map((time) => ({ ...of, ...time, ...(status === undefined ? {} : { status }) })),
  ),
);

function isLike(
  row: RunRow,
  { status, functionIds, appIds, from, until }: Omit<RunFilter, "limit">,
): boolean {
  return (
    (status?.includes(row.status) ?? true) &&
    (functionIds?.includes(row.functionId) ?? true) &&
    (appIds?.includes(row.appId) ?? true) &&
    row.queuedAt >= (from ?? 0) &&
    row.queuedAt < (until ?? Number.POSITIVE_INFINITY)
  );
}

export function listSuite(open: OpenStore): void {
  test.each(["asc", "desc"] as const)("every filter, page by page, %s", async (order) => {
    const { store, rows } = await filled(open);
    for (const filter of filters) {
      const matching = rows.filter((row) => isLike(row, filter)).map(({ id }) => id);
      const wanted = order === "asc" ? matching : matching.reverse();
      const found: string[] = [];
      for (let cursor: string | undefined; ; ) {
        const page = await store.read.runs({ ...filter, order, limit: 17, ...(cursor && { cursor }) });
        found.push(...page.rows.map(({ id }) => id));
        if (page.cursor === null) break;
        expect(page.rows).toHaveLength(17);
        cursor = page.cursor;
      }
      expect([filter, found]).toEqual([filter, wanted]);
      expect([filter, await store.read.countRuns(filter, 999)]).toEqual([filter, wanted.length]);
      expect(await store.read.countRuns(filter, 5)).toBe(Math.min(5, wanted.length));
    }
  });

  test("the cursor may be a run that the filter leaves out, on either side of its times", async () => {
    const { store, rows } = await filled(open);
    const filter = { status: ["failed" as const], functionIds: ["f0", "f1"], from: NOW + 8, until: NOW + 20 };
    const after = async (cursor: string, order: "asc" | "desc") =>
      (await store.read.runs({ ...filter, order, cursor, limit: 99 })).rows.map(({ id }) => id);
    const all = rows.filter((row) => isLike(row, filter)).map(({ id }) => id);
    expect(all.length).toBeGreaterThan(3);
    expect(await after("r077", "desc")).toEqual(all.filter((id) => id < "r077").reverse());
    expect(await after("r045", "asc")).toEqual(all.filter((id) => id > "r045"));
    expect(await after("r001", "asc")).toEqual(all);
    expect(await after("r119", "desc")).toEqual([...all].reverse());
    expect(await after("r001", "desc")).toEqual([]);
    expect(await after("r119", "asc")).toEqual([]);
    expect(await after("unknown", "asc")).toEqual([]);
  });
}
