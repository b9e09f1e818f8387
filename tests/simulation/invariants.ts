/**
 * What must hold after every commit (hard-parts.md §1, issue B item 9). Each check looks at rows
 * only; none asks the engine's own code.
 */
import type { LaneRow, LeaseRow, RunRow, RunStateRow, WakeRow } from "@stepwell/core";
import { type AdmissionWatch, createAdmissionWatch } from "./admission-watch.ts";
import { createCapacityWatch } from "./capacity-watch.ts";
import { createLimits, queueComplaints } from "./queue-invariants.ts";
import type { RowChange, Shadow } from "./shadow.ts";
import { createVersions } from "./versions.ts";

const DAY_MS = 86_400_000;
/**
 * The store's floor is the time at which commits were asked for; what they write is of the time of their
 * turn. So a process that starts with a clock set back may write what is older by one wait for a turn.
 */
const FLOOR_LAG_MS = 5000;
const QUEUE_TABLES = new Set(["wakes", "lanes", "cells", "nudges", "leases"]);
/** Rows that are written once and never again. */
const INSERT_ONLY = new Set(["steps", "history", "events", "ticks"]);
const TIMES: readonly (readonly [string, string])[] = [
  ["history", "at"],
  ["events", "receivedAt"],
  ["leases", "at"],
  ["runs", "queuedAt"],
];

export interface Writer {
  engine: string;
  /** The latest time that was stored when the engine started, or that it has stored: it may not go below. */
  latest: number;
}
export interface Invariants {
  /**
   * @param now of the commit, by its engine's clock
   * @returns what this commit broke, in words
   */
  afterCommit(changes: readonly RowChange[], writer: Writer, now: number): string[];
  /** An engine that starts now. */
  writer(engine: string): Writer;
  /** Runs that somebody else than the holder of the lease gave up: their code may run again. */
  readonly lost: ReadonlySet<string>;
  /** What became of events at the gates. */
  readonly admissions: AdmissionWatch;
  /** Leases that were granted to runs that had ended. */
  readonly idle: ReadonlySet<string>;
}
export interface Surroundings {
  /** An engine is about to hear of other limits, and goes by the old ones. */
  inMotion(): boolean;
  /** What one engine writes is not ahead of another one's clock. */
  hasOneClock(): boolean;
  /** How late what is due may come; null: nothing can be said. */
  promptMs(): number | null;
}

export function hasEnded(run: Pick<RunRow, "status">): boolean {
  return run.status !== "queued" && run.status !== "running";
}

export function createInvariants(shadow: Shadow, surroundings: Surroundings): Invariants {
  const { inMotion, promptMs } = surroundings;
  const ended = new Set<string>();
  const once = new Map<string, number>();
  const lost = new Set<string>();
  const tokens = new Set<string>();
  const versions = createVersions(shadow, inMotion, FLOOR_LAG_MS);
  const admissions = createAdmissionWatch(shadow, versions);
  const capacity = createCapacityWatch(shadow, versions, surroundings);
  const limits = createLimits(shadow, versions, inMotion, capacity.throttledUntil);
  let latest = 0;
  const { rows } = shadow;

  function onceComplaints(run: RunRow): string[] {
    const event = rows.events.get(run.eventId);
    const value = event?.externalId ?? run.eventId;
    if (run.status === "skipped" || run.batchId !== null) return [];
    const key = run.originalRunId === null ? `${run.functionId} ${value}` : run.id;
    const before = once.get(key);
    once.set(key, run.queuedAt);
    if (before === undefined || run.queuedAt - before >= DAY_MS) return [];
    return [`a second run, ${run.id}, of one function for event ${value}`];
  }

  function leaseComplaints(change: RowChange, writer: Writer): string[] {
    const { before, after } = change;
    const run = String((after ?? before)?.["runId"]);
    // That of a run, which holds the slots of limits on runs: no process has it.
    const isOfRun = (after ?? before)?.["node"] === "";
    if (before !== null && after !== null && before["freed"] === false && after["freed"] === true) {
      if (before["node"] !== writer.engine && !isOfRun) lost.add(run);
      return [];
    }
    if (before !== null && after === null && before["freed"] === false)
      return [`lease ${change.key} was removed while live`];
    // A call that finds its run ended frees both, whoever did it before.
    if (before !== null)
      return after === null || (isOfRun && after["freed"] === true)
        ? []
        : [`lease ${change.key} was changed`];
    if (tokens.has(change.key)) return [`the token ${change.key} was used twice`];
    tokens.add(change.key);
    if (isOfRun) return [];
    const target = (after?.["call"] as { target: string | null }).target;
    const same = [...rows.leases.values()].filter(
      (lease) =>
        !lease.freed &&
        lease.node !== "" &&
        lease.runId === run &&
        lease.call.target === target &&
        lease.id !== change.key,
    );
    if (same.length === 0 || ended.has(run)) return [];
    return [`two calls of run ${run} for ${target ?? "discovery"} are in flight together`];
  }

  function rowComplaints(change: RowChange, writer: Writer): string[] {
    const { table, key, before, after } = change;
    const wrong: string[] = [];
    if (isWrittenOnce(change) && before !== null)
      wrong.push(`${table} ${key} was ${after === null ? "removed" : "changed"}; it is written once`);
    if (table === "runs" && before === null && after !== null)
      wrong.push(...onceComplaints(after as unknown as RunRow));
    const owner = ownerOf(change);
    if (owner !== null && ended.has(owner))
      wrong.push(`${table} ${key} of the ended run ${owner} was written`);
    if (table === "leases") wrong.push(...leaseComplaints(change, writer));
    for (const [of, field] of TIMES) {
      const at = after?.[field];
      if (of !== table || before !== null || typeof at !== "number") continue;
      if (at < writer.latest) wrong.push(`${table} ${key}: ${field} went back by ${writer.latest - at} ms`);
      writer.latest = Math.max(writer.latest, at);
      latest = Math.max(latest, at);
    }
    return wrong;
  }

  /** A call that somebody else gave up comes again as it was: no attempt is counted, the generation rises (semantics §2.1). */
  function lostComplaints(changes: readonly RowChange[], writer: Writer): string[] {
    const wrong: string[] = [];
    for (const { table, before, after } of changes) {
      if (table !== "leases" || before === null || before["freed"] === true || after?.["freed"] !== true)
        continue;
      const lease = before as unknown as LeaseRow;
      if (lease.node === writer.engine || lease.node === "" || !rows.runStates.has(lease.runId)) continue;
      const checkpointed = rows.runStates.get(lease.runId)?.state.checkpointed === lease.id;
      const { target, attempt, generation } = lease.call;
      const again = changes.some(({ table: of, after: made }) => {
        const job = (of === "wakes" && made?.["runId"] === lease.runId ? made["job"] : null) as
          | WakeRow["job"]
          | null;
        if (job?.kind !== "call" || job.call.target !== target || job.call.generation <= generation)
          return false;
        return job.call.attempt === (checkpointed ? 0 : attempt);
      });
      if (!again) wrong.push(`the lost call of lease ${lease.id} did not come again as it was`);
    }
    return wrong;
  }

  /** One run waits for a signal at a time (semantics §7.4). */
  function signalComplaints(changes: readonly RowChange[], now: number): string[] {
    if (!changes.some(({ table, after }) => table === "waits" && after?.["kind"] === "signal")) return [];
    const names = [...rows.waits.values()]
      .filter(({ kind, until }) => kind === "signal" && (until ?? now + 1) > now)
      .map(({ name }) => name);
    const doubled = names.find((name, index) => names.indexOf(name) !== index);
    return doubled === undefined ? [] : [`two runs wait for the signal ${doubled}`];
  }

  return {
    lost,
    admissions,
    idle: capacity.idle,
    writer: (engine) => ({ engine, latest: latest - FLOOR_LAG_MS }),
    afterCommit(changes, writer, now) {
      versions.afterCommit(changes, now);
      const wrong = changes.flatMap((change) => rowComplaints(change, writer));
      wrong.push(...lostComplaints(changes, writer), ...signalComplaints(changes, writer.latest));
      wrong.push(...capacity.afterCommit(changes, now));
      const touched = new Set<string>();
      for (const { table, before, after } of changes) {
        const row = after ?? before;
        if (table === "runs" || table === "steps")
          touched.add(String(row?.[table === "runs" ? "id" : "runId"]));
        else if (typeof row?.["runId"] === "string") touched.add(row["runId"]);
      }
      for (const id of touched) {
        const run = rows.runs.get(id);
        if (run === undefined) continue;
        if (hasEnded(run)) {
          ended.add(id);
          if (rows.runStates.has(id)) wrong.push(`the ended run ${id} keeps its state`);
        } else wrong.push(...aliveComplaints(shadow, run), ...capacity.heldComplaints(run));
      }
      if (changes.some(({ table }) => QUEUE_TABLES.has(table)))
        wrong.push(...queueComplaints(shadow, limits, now));
      wrong.push(...admissions.afterCommit(changes, now, promptMs()));
      return wrong;
    },
  };
}

/** Of payloads, what a step or a run has produced; requests and inputs are put away and taken out again. */
function isWrittenOnce({ table, key }: RowChange): boolean {
  if (table === "payloads") return /\|(?:step:.*|output|event)$/.test(key);
  return INSERT_ONLY.has(table);
}

/** The run that a row belongs to, for tables which the end of a run closes. */
function ownerOf({ table, before, after }: RowChange): string | null {
  const row = after ?? before;
  if (table === "runs") return String(row?.["id"]);
  if (table === "steps" || table === "history" || table === "runStates" || table === "waits")
    return String(row?.["runId"]);
  if (table === "payloads") return String(row?.["owner"]);
  return null;
}

/** Every unfinished run has a wake, a live lease or a wait. */
function aliveComplaints(shadow: Shadow, run: RunRow): string[] {
  const { rows } = shadow;
  const gone = new Set([...rows.nudges.values()].map((nudge) => nudge.gone));
  for (const wake of rows.wakes.values()) if (wake.runId === run.id && !gone.has(wake.id)) return [];
  for (const lease of rows.leases.values())
    if (lease.runId === run.id && lease.node !== "" && !lease.freed) return [];
  for (const wait of rows.waits.values()) if (wait.runId === run.id && wait.kind !== "cancel") return [];
  return [
    `run ${run.id} is ${run.status} and has no wake, no lease and no wait: ${openOf(rows.runStates.get(run.id))}`,
  ];
}

function openOf(row: RunStateRow | undefined): string {
  return row === undefined ? "no state" : `open ${JSON.stringify(row.state.open)}`;
}

/** What must be gone once every run has ended. `expected`: kinds of wakes that may stay. */
export function remains(shadow: Shadow, expected: ReadonlySet<string>): string[] {
  const { rows } = shadow;
  const wrong: string[] = [];
  for (const run of rows.runs.values())
    if (!hasEnded(run)) wrong.push(`run ${run.id} never ended: it is ${run.status}`);
  for (const wake of rows.wakes.values())
    if (!expected.has(wake.job.kind)) wrong.push(`a wake is left behind: ${JSON.stringify(wake)}`);
  for (const lease of rows.leases.values()) wrong.push(`a lease is left behind: ${JSON.stringify(lease)}`);
  for (const cell of rows.cells.values()) wrong.push(`a slot is left behind: ${JSON.stringify(cell)}`);
  for (const key of rows.gateCells.keys())
    if (/^(debounce|batch):/.test(key)) wrong.push(`what was put off never ran: ${key}`);
  for (const lane of rows.lanes.values() as Iterable<LaneRow>)
    wrong.push(`a lane is left behind: ${lane.lane}`);
  for (const nudge of rows.nudges.values()) wrong.push(`a nudge is left behind: ${JSON.stringify(nudge)}`);
  for (const wait of rows.waits.values()) wrong.push(`a wait is left behind: ${JSON.stringify(wait)}`);
  for (const state of rows.runStates.values()) wrong.push(`a run state is left behind: ${state.runId}`);
  return wrong;
}
