/** What somebody has to see to, and that nothing repairs by itself: syncs that fail, pauses, a store that refuses. */
import type { Attention } from "@stepwell/api/dashboard";
import type { FunctionId, FunctionRow } from "@stepwell/core";
import type { EngineHealth } from "@stepwell/engine";
import type { Reads } from "@stepwell/store";
import { firstLine } from "../first-line.ts";
import { countText } from "../functions/duration-text.ts";
import type { Tally } from "../statistics/index.ts";
import type { Known } from "./known.ts";
import { functionLink } from "./links.ts";

const LONGEST_LINE = 200;
const MOST_PAUSED = 50;
const MOST_HELD = 1_000;

/** Apps whose last sync was refused or could not be done. */
export function syncErrors({ apps }: Known): Attention[] {
  return apps.flatMap(({ name, error }) => {
    if (error === null) return [];
    const text = `${name}: the last sync failed: ${firstLine(error, LONGEST_LINE)}`;
    return [{ kind: "sync" as const, severity: "error" as const, text, since: null, href: "/apps" }];
  });
}

/** Functions whose pause or drain holds runs, or has skipped some in the last day. */
export async function pausedFunctions(
  known: Known,
  day: ReadonlyMap<FunctionId, Tally>,
  read: Reads,
): Promise<Attention[]> {
  const paused = known.functions.filter(({ mode }) => mode !== "active").slice(0, MOST_PAUSED);
  const found = await Promise.all(paused.map((fn) => pausedFunction(fn, day.get(fn.id)?.skipped ?? 0, read)));
  return found.filter((one) => one !== null);
}

/** One that has left its app gets no more runs, but its pause holds those it has. */
async function pausedFunction(fn: FunctionRow, skipped: number, read: Reads): Promise<Attention | null> {
  const { id, mode, config } = fn;
  const open = { functionIds: [id], status: ["queued" as const, "running" as const] };
  const held = mode === "paused" ? await read.countRuns(open, MOST_HELD) : 0;
  if (held === 0 && skipped === 0) return null;
  const does = [
    ...(held === 0 ? [] : [`holds ${countText(held, "run")}${held >= MOST_HELD ? " or more" : ""}`]),
    ...(skipped === 0 ? [] : [`skipped ${countText(skipped, "run")} in the last 24 hours`]),
  ];
  const text = `${config.name} is ${mode}: it ${does.join(" and ")}`;
  const severity = held > 0 ? "warning" : "notice";
  return { kind: "paused", severity, text, since: null, href: functionLink(fn) };
}

export function storeTrouble({ store }: EngineHealth): Attention[] {
  if (store === null) return [];
  const text = `The store refuses to write, so nothing goes on: ${firstLine(store, LONGEST_LINE)}`;
  return [{ kind: "store", severity: "error", text, since: null, href: "/settings/health" }];
}
