/** What a live change touches: pure, so that it can be tested without a stream. */
import type { StreamChange } from "@stepwell/api/dashboard";

/** Two changes as one; more than 200 runs are "many". */
export function mergeChanges(a: StreamChange, b: StreamChange): StreamChange {
  const runs = [...new Set([...a.runs, ...b.runs])];
  return {
    runs: runs.slice(0, 200),
    manyRuns: a.manyRuns || b.manyRuns || runs.length > 200,
    events: a.events + b.events,
    functions: a.functions || b.functions,
    bulk: [...new Set([...a.bulk, ...b.bulk])],
  };
}

const ofRun = new Set(["getRun", "getRunTrace", "getRunWhy"]);
const ofAnyRun = new Set([
  "listRuns",
  "countRuns",
  "getOverview",
  "listFunctions",
  "getFunction",
  "listSchedules",
  "listTicks",
]);
const ofEvents = new Set(["listEvents", "listEventTypes", "getEvent", "getOverview"]);
const ofFunctions = new Set([
  "listFunctions",
  "getFunction",
  "listSchedules",
  "listApps",
  "listEventTypes",
  "getOverview",
  "getRunWhy",
  "getRun",
]);

/**
 * Whether a cached read may be out of date after a change.
 * @param key `[name, args]` as `useCall` and `usePages` make it
 */
export function isTouched(key: readonly unknown[], change: StreamChange): boolean {
  const name = String(key[0]);
  const id = (key[1] as { params?: { id?: string } } | undefined)?.params?.id ?? "";
  const anyRun = change.manyRuns || change.runs.length > 0;
  // An event's runs are part of it, and a run's reasons can be other runs.
  if (name === "getRunWhy" || name === "getEvent" || name === "listEvents") {
    if (anyRun) return true;
  } else if (ofRun.has(name) && (change.manyRuns || change.runs.includes(id))) return true;
  if (ofAnyRun.has(name) && anyRun) return true;
  if (ofEvents.has(name) && change.events > 0) return true;
  if (ofFunctions.has(name) && change.functions) return true;
  if (name === "listBulk") return change.bulk.length > 0;
  return name === "getBulk" && change.bulk.includes(id);
}
