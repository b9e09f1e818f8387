/** Runs that belong to a run: the one that invoked it, those that it invoked, its repetitions and its original. */
import type { RunView } from "@stepwell/api/dashboard";
import { type HistoryRow, type Json, parentsOf, type RunRow } from "@stepwell/core";
import type { Reads, StoredEvent } from "@stepwell/store";
import type { Names } from "../../render/v2.ts";
import { childOf } from "../../run-trace.ts";
import { payloadOf } from "../events/payload-of.ts";
import { relatedRun } from "./run-lines.ts";

const MOST_CHILDREN = 100;
const MOST_RERUNS = 20;

type Family = Pick<RunView, "parent" | "children" | "reruns" | "original">;

export async function readFamily(
  run: RunRow,
  events: readonly StoredEvent[],
  history: readonly HistoryRow[],
  read: Reads,
  names: Names,
): Promise<Family> {
  const [parent, children, reruns, original] = await Promise.all([
    parentOf(run, events, read),
    childrenOf(history, read),
    read.reruns(run.id, MOST_RERUNS),
    run.originalRunId === null ? null : read.run(run.originalRunId),
  ]);
  const shown = (one: RunRow | null) => (one === null ? null : relatedRun(one, names));
  return {
    parent: shown(parent),
    children: children.map((child) => relatedRun(child, names)),
    reruns: reruns.map((rerun) => relatedRun(rerun, names)),
    original: shown(original),
  };
}

/** An invoke writes into its event who waits for the run. A rerun was started by people, whatever its event says. */
async function parentOf(run: RunRow, events: readonly StoredEvent[], read: Reads): Promise<RunRow | null> {
  if (run.originalRunId !== null) return null;
  const wire = events.map((event) => payloadOf(event) as unknown as Json);
  const [first] = parentsOf(run.functionId, wire);
  return first === undefined ? null : read.run(first.parent);
}

async function childrenOf(history: readonly HistoryRow[], read: Reads): Promise<RunRow[]> {
  const invoking = history.filter(({ kind }) => kind === "step.invoking").slice(0, MOST_CHILDREN);
  const children = await Promise.all(invoking.map((row) => childOf(row, history, read)));
  return children.filter((child) => child !== null);
}
