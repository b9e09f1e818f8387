/** The runs of a world as a test looks at them, read again when they have changed. */
import type { RunRow } from "@stepwell/core";
import { tellUnused } from "./assertions.ts";
import type { House } from "./house.ts";
import { type TestRun, viewRun } from "./run-view.ts";
import { WorldError } from "./world-error.ts";

export interface Ledger {
  /** Reads what has changed since. */
  refresh(): Promise<void>;
  runs(functionId?: string): TestRun[];
  run(which?: string): TestRun;
}

/**
 * @param bare how the test names a function
 * @param unused rules of which no step has come: told with a run that is not as expected
 */
export function createLedger(
  house: () => House,
  bare: (slug: string) => string,
  unused: () => readonly string[],
): Ledger {
  const views = new Map<string, { seq: number; view: TestRun }>();
  const slugs = new Map<string, string>();
  const functionOf = (run: RunRow): string => bare(slugs.get(run.functionId) ?? run.functionId);
  const runs = (functionId?: string): TestRun[] =>
    [...views.values()]
      .sort((a, b) => a.seq - b.seq)
      .map(({ view }) => view)
      .filter((run) => functionId === undefined || run.functionId === functionId);
  return {
    async refresh() {
      const { store } = house();
      const touched = store.touched();
      if (slugs.size === 0) for (const fn of await store.read.functions()) slugs.set(fn.id, fn.slug);
      for (const id of touched) {
        const found = await viewRun(store.read, id, functionOf);
        if (found === null) continue;
        views.set(id, found);
        tellUnused(found.view, unused);
      }
    },
    runs,
    run: (which) => theOne(runs(), which),
  };
}

function theOne(all: TestRun[], which: string | undefined): TestRun {
  const found = which === undefined ? all : all.filter((run) => run.id === which || run.functionId === which);
  const [only, another] = found;
  if (only !== undefined && another === undefined) return only;
  const list = all.map((run) => `\n  ${run.id} ${run.functionId}: ${run.status}`).join("");
  const asked = which === undefined ? "" : ` "${which}"`;
  const wanted = which === undefined ? "world.run()" : `world.run(${JSON.stringify(which)})`;
  if (only !== undefined)
    throw new WorldError(
      `${wanted}: ${found.length} runs fit. Name one by its id, or use world.runs(). There are:${list}`,
    );
  throw new WorldError(
    `${wanted}: there is no run${asked}. ${all.length === 0 ? "Nothing has started one: see the event's name and the function's triggers." : `There are:${list}`}`,
  );
}
