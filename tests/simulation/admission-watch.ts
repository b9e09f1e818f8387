/**
 * Watches each commit that takes events through gates, and compares what was written with what the semantics
 * say (`gates.ts`). It reads rows: which wake was done, and which runs, batches and debounces there are now.
 */
import type { GateCellRow, RunRow, WakeJob } from "@stepwell/core";
import { limitedBy } from "./cells.ts";
import { type Arrival, type Batch, createGates, skipReason, type Verdict, type Version } from "./gates.ts";
import { batchEnd, endComplaints, openComplaints, timeComplaints, windowEnd } from "./put-off.ts";
import type { RowChange, Shadow } from "./shadow.ts";
import { toldComplaints, toldWhy } from "./told.ts";
import type { Versions } from "./versions.ts";

/** What became of an event at a function; `runId`: of the run it is in. */
export type Fate = Verdict & { runId: string | null; eventId: string; fnId: string };
export interface AdmissionWatch {
  /** @param promptMs how late what is due may come; null: nothing can be said */
  afterCommit(changes: readonly RowChange[], now: number, promptMs: number | null): string[];
  /** By `eventId fnId`. */
  readonly fates: ReadonlyMap<string, Fate>;
}

interface Commit {
  changes: readonly RowChange[];
  now: number;
  promptMs: number | null;
  /** Runs that this commit made and that nothing has explained yet. */
  made: Map<string, RunRow>;
}
type Handled<K> = Extract<WakeJob, { kind: K }>;

export function createAdmissionWatch(shadow: Shadow, versions: Versions): AdmissionWatch {
  const { rows } = shadow;
  const fates = new Map<string, Fate>();
  const gates = createGates(holderOf);

  function keyOf(eventId: string): unknown {
    const body = rows.payloads.get(`${eventId}|event`)?.value as { data?: { k?: unknown } } | undefined;
    return body?.data?.k ?? null;
  }

  /** The unfinished run of a key, as it was before this commit. */
  function holderOf(
    fnId: string,
    { config }: Version,
    k: Arrival["k"],
  ): ReturnType<Parameters<typeof createGates>[0]> {
    if (config.singleton === undefined) return null;
    const text = limitedBy(config.singleton.key, k);
    if (text === null) return null;
    for (const run of rows.runs.values()) {
      const isOver = run.endedAt !== null || current.made.has(run.id) || explained.has(run.id);
      if (isOver || run.functionId !== fnId) continue;
      if (limitedBy(config.singleton.key, keyOf(run.eventId) as Arrival["k"]) === text)
        return { runId: run.id, since: run.queuedAt };
    }
    return null;
  }
  let current: Commit = { changes: [], now: 0, promptMs: null, made: new Map() };
  const explained = new Set<string>();

  function arrivalOf(eventId: string, fnId: string, as: Arrival["as"]): Arrival {
    const event = rows.events.get(eventId);
    const k = keyOf(eventId) as Arrival["k"];
    const { externalId = eventId, ts = 0, receivedAt = 0 } = event ?? {};
    return { fnId, eventId, externalId, ts, receivedAt, k, as };
  }

  /** What the rows say became of an event. */
  function seenOf(
    { changes, made }: Commit,
    { fnId, eventId }: Arrival,
  ): { verdict: Verdict; run: RunRow | null } {
    const run = [...made.values()].find((one) => one.functionId === fnId && one.eventIds.includes(eventId));
    if (run !== undefined) {
      made.delete(run.id);
      explained.add(run.id);
      const why = skippedBecause(changes, run.id);
      const skipped = run.status === "skipped" ? why.reason : null;
      if (run.batchId !== null) return { run, verdict: { is: "filled", events: run.eventIds, skipped } };
      if (skipped !== null) return { run, verdict: { is: "skipped", reason: skipped, holder: why.holder } };
      return { run, verdict: { is: "started" } };
    }
    for (const { table, key, after } of changes) {
      if (table !== "gateCells" || after === null) continue;
      const state = (after as unknown as GateCellRow).state as { events?: string[]; eventId?: string };
      if (key.startsWith(`batch:${fnId}:`) && state.events?.at(-1) === eventId)
        return { run: null, verdict: { is: "batched" } };
      if (key.startsWith(`debounce:${fnId}:`) && state.eventId === eventId)
        return { run: null, verdict: { is: "debounced" } };
    }
    return { run: null, verdict: { is: "nothing", why: toldWhy(changes, eventId, fnId) } };
  }

  /** Compares, and takes note of what it has become. @param since when it became due; null: not known */
  function take(commit: Commit, arrival: Arrival, since: number | null): string[] {
    const { eventId, fnId } = arrival;
    const place = `${eventId} ${fnId}`;
    const { verdict: seen, run } = seenOf(commit, arrival);
    const right: Verdict[] = [];
    const note = (verdict: Verdict): void => {
      if (arrival.as === "event") fates.set(place, { ...verdict, runId: run?.id ?? null, eventId, fnId });
    };
    if (arrival.as === "event" && fates.has(place)) return [`event ${eventId} came to ${fnId} twice`];
    const known = versions.known(fnId, since, commit.now);
    const isOpen = new Set(known.map(({ config }) => JSON.stringify(config.rateLimit))).size > 1;
    for (const version of known)
      for (const verdict of gates.judge(arrival, version, commit.now)) {
        right.push(verdict);
        if (!isAlike(verdict, seen) && !isLostRace(verdict, seen, version, arrival, since)) continue;
        const same = seen.is === "nothing" ? verdict : seen;
        const roomAt = isOpen ? null : gates.roomAt(arrival, version);
        const told = toldComplaints(commit.changes, arrival, same, roomAt);
        gates.accept(arrival, version, same, commit.now);
        if (isOpen) gates.blur(arrival, version);
        note(same);
        const isPutOff = same.is === "debounced" || same.is === "batched";
        return isPutOff ? [...told, ...endComplaints(shadow, gates, commit.changes, arrival)] : told;
      }
    const texts = [...new Set(right.map(verdictText))].join(" or ");
    return [`gates: ${arrival.as} ${eventId} of ${nameOf(fnId)} is ${verdictText(seen)}; right is ${texts}`];
  }

  /** A singleton that replaces skips only who lost a race: the holder came after the event did (§6.8). */
  function isLostRace(
    right: Verdict,
    seen: Verdict,
    version: Version,
    { as }: Arrival,
    since: number | null,
  ): boolean {
    if (seen.is !== "skipped" || right.is !== "skipped" || version.config.singleton?.mode !== "cancel")
      return false;
    const holder = rows.runs.get(seen.holder ?? "");
    if (holder === undefined || seen.holder !== right.holder) return false;
    return as === "rerun" || holder.queuedAt >= (since ?? 0) - versions.lagMs;
  }

  function isAlike(right: Verdict, seen: Verdict): boolean {
    if (right.is === "skipped" && seen.is === "skipped") {
      const replaces = right.reason === "Singleton" && isReplacing(right);
      return !replaces && right.reason === seen.reason && right.holder === seen.holder;
    }
    if (right.is === "nothing") return seen.is === "nothing" && (seen.why === null || seen.why === right.why);
    return JSON.stringify(right) === JSON.stringify(seen);
  }
  function isReplacing({ holder }: { holder: string | null }): boolean {
    const fnId = rows.runs.get(holder ?? "")?.functionId ?? "";
    return rows.functions.get(fnId)?.config.singleton?.mode === "cancel";
  }

  function routed(commit: Commit, job: Handled<"route">, since: number): string[] {
    const name = rows.events.get(job.eventId)?.name;
    return [...rows.functions.values()]
      .filter((fn) => !fn.archived && fn.config.triggers.some((on) => "event" in on && on.event === name))
      .flatMap((fn) => take(commit, arrivalOf(job.eventId, fn.id, "event"), since));
  }

  function quiet(commit: Commit, job: Handled<"debounce">, since: number): string[] {
    const cell = commit.changes.find(({ table, key }) => table === "gateCells" && key === job.key);
    const eventId = ((cell?.before as GateCellRow | null)?.state as { eventId?: string } | undefined)
      ?.eventId;
    const window = [...gates.windows.values()].find(
      (one) => one.fnId === job.functionId && one.newest.eventId === eventId,
    );
    if (window === undefined || eventId === undefined)
      return [
        `gates: a debounce of ${nameOf(job.functionId)} fires for ${eventId}, which is not its newest event`,
      ];
    const what = `the debounce of ${nameOf(job.functionId)}`;
    const wrong = timeComplaints(what, commit.now, windowEnd(shadow, window), commit.promptMs);
    gates.closeWindow(window);
    return [...wrong, ...take(commit, arrivalOf(eventId, job.functionId, "quiet"), since)];
  }

  function flushed(commit: Commit, job: Handled<"batch">): string[] {
    const run = [...commit.made.values()].find(
      (one) => one.functionId === job.functionId && one.batchId === job.batchId,
    );
    const isGone = commit.changes.some(
      ({ table, key, after }) => table === "gateCells" && key === job.key && after === null,
    );
    if (run === undefined && !isGone) return [];
    const batch = [...gates.batches.values()].find(
      (one) => one.fnId === job.functionId && one.events[0] === run?.eventIds[0],
    );
    if (batch === undefined || run === undefined)
      return [`gates: a batch of ${nameOf(job.functionId)} is lost`];
    return atTimeout(commit, batch, run);
  }

  function atTimeout(commit: Commit, batch: Batch, run: RunRow): string[] {
    const wrong: string[] = [];
    const { fnId, events } = batch;
    commit.made.delete(run.id);
    explained.add(run.id);
    gates.closeBatch(batch);
    if (JSON.stringify(run.eventIds) !== JSON.stringify(events))
      wrong.push(`gates: a batch of ${nameOf(fnId)} has ${run.eventIds.join()}, not ${events.join()}`);
    const end = batchEnd(shadow, batch);
    wrong.push(...timeComplaints(`a batch of ${nameOf(fnId)}`, commit.now, end, commit.promptMs));
    const reason = run.status === "skipped" ? skippedBecause(commit.changes, run.id).reason : null;
    const right = [...versions.known(fnId, end.until, commit.now)].map(({ mode }) => skipReason(mode));
    if (!right.includes(reason))
      wrong.push(`gates: a batch of ${nameOf(fnId)} is ${reason}, not ${right.join()}`);
    return wrong;
  }

  /** Runs that no event made now: of a schedule, or made again. */
  function others(commit: Commit): string[] {
    return [...commit.made.values()].flatMap((run) => {
      if (!commit.made.has(run.id)) return [];
      const as = run.originalRunId !== null ? "rerun" : run.cron !== null ? "cron" : null;
      if (as === null) return [`gates: run ${run.id} of ${nameOf(run.functionId)} came from nowhere`];
      return take(commit, arrivalOf(run.eventId, run.functionId, as), null);
    });
  }

  function nameOf(fnId: string): string {
    return rows.functions.get(fnId)?.slug ?? fnId;
  }

  return {
    fates,
    afterCommit(changes, now, promptMs) {
      const made = changes.flatMap(({ table, before, after }) =>
        table === "runs" && before === null && after !== null ? [after as unknown as RunRow] : [],
      );
      current = { changes, now, promptMs, made: new Map(made.map((run) => [run.id, run])) };
      explained.clear();
      const wrong: string[] = [];
      for (const { table, before, after } of changes) {
        if (table !== "wakes" || before === null || after !== null) continue;
        const { job, dueAt } = before as unknown as { job: WakeJob; dueAt: number };
        if (job.kind === "route") wrong.push(...routed(current, job, dueAt));
        if (job.kind === "invoke" && isActive(job.functionId))
          wrong.push(...take(current, arrivalOf(job.eventId, job.functionId, "event"), dueAt));
        if (job.kind === "debounce") wrong.push(...quiet(current, job, dueAt));
        if (job.kind === "batch") wrong.push(...flushed(current, job));
      }
      wrong.push(...others(current));
      if (changes.some(({ table }) => table === "gateCells")) wrong.push(...openComplaints(shadow, gates));
      return wrong;
    },
  };

  function isActive(fnId: string): boolean {
    return rows.functions.get(fnId)?.archived === false;
  }
}

function skippedBecause(
  changes: readonly RowChange[],
  runId: string,
): { reason: string; holder: string | null } {
  for (const { table, after } of changes) {
    if (table !== "history" || after?.["runId"] !== runId) continue;
    const { reason, existingRunId = null } = after["data"] as {
      reason?: string;
      existingRunId?: string | null;
    };
    if (reason !== undefined) return { reason, holder: existingRunId };
  }
  return { reason: "no reason", holder: null };
}

function verdictText(verdict: Verdict): string {
  const { is, ...more } = verdict;
  return Object.keys(more).length === 0 ? is : `${is} ${JSON.stringify(more)}`;
}
