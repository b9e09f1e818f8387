/**
 * Watches what is granted: which cells a call takes, when a run may start (throttle, priority, its own time), and
 * that nobody is called who must not be (semantics §1.7, §6.2, §6.3, §6.6, §6.11).
 */
import type { FunctionConfig, Json, LeaseRow, RunRow, WakeRow } from "@stepwell/core";
import { cellsOf, functionOfLane, isSharedCell, limitOf, throttleName } from "./cells.ts";
import { PRIORITY } from "./flow-setup.ts";
import type { Surroundings } from "./invariants.ts";
import { createPaces, type Pace } from "./paces.ts";
import type { RowChange, Shadow } from "./shadow.ts";
import type { Versions } from "./versions.ts";

export interface CapacityWatch {
  afterCommit(changes: readonly RowChange[], now: number): string[];
  /** Leases that were granted to runs that had ended: no app may hear of them. */
  readonly idle: ReadonlySet<string>;
  /** Once it runs, a run has the slots of limits on runs until it ends (§6.2). */
  heldComplaints(run: RunRow): string[];
  /** When a throttled cell has room; null: cannot be told. */
  throttledUntil(cell: string): number | null;
}

/** `limit + burst` at once, then one per `period / limit` (§6.3). */
function throttlePace(config: FunctionConfig): Pace | null {
  const rule = config.throttle;
  return rule === undefined ? null : { everyMs: rule.periodMs / rule.limit, atOnce: rule.limit + rule.burst };
}

export function createCapacityWatch(
  shadow: Shadow,
  versions: Versions,
  { inMotion, hasOneClock }: Surroundings,
): CapacityWatch {
  const { rows } = shadow;
  const idle = new Set<string>();
  const started = new Set<string>();
  const paces = createPaces();
  /** What a run was made with: keys are fixed then (§6.0). Several, where an engine was just hearing of a change. */
  const madeWith = new Map<string, FunctionConfig[]>();

  function keyOf(run: RunRow): Json {
    const body = rows.payloads.get(`${run.eventId}|event`)?.value as { data?: { k?: Json } } | undefined;
    return body?.data?.k ?? null;
  }

  function grantComplaints(lease: LeaseRow, commit: Commit): string[] {
    const run = rows.runs.get(lease.runId);
    if (run === undefined) return [`lease ${lease.id} is for no run`];
    if (run.status === "skipped") return [`the skipped run ${run.id} is called`];
    if (run.endedAt !== null) {
      idle.add(lease.id);
      return [];
    }
    const fn = rows.functions.get(run.functionId);
    if (fn === undefined) return [];
    const wrong: string[] = [];
    if (fn.mode === "paused" && !inMotion()) wrong.push(`the paused ${fn.slug} is called for run ${run.id}`);
    const right = cellsText(run, "step");
    if (!right.includes(sortedText(lease.cells)))
      wrong.push(`a call of ${fn.slug} takes ${lease.cells.join(" ")}, not ${right.join(" or ")}`);
    const isStart = !started.has(run.id);
    started.add(run.id);
    return [...wrong, ...(isStart ? startComplaints(lease, run, fn.config, commit) : [])];
  }

  function startComplaints(lease: LeaseRow, run: RunRow, config: FunctionConfig, commit: Commit): string[] {
    const wrong: string[] = [];
    const right = cellsText(run, "run");
    const held = rows.leases.get(`run:${run.id}`);
    if (!right.includes(sortedText(held?.cells ?? [])))
      wrong.push(
        `run ${run.id} starts with ${held?.cells.join(" ") ?? "no slot"}, not ${right.join(" or ")}`,
      );
    const earliest = earliestStart(run, config);
    if (lease.at < earliest && hasOneClock())
      wrong.push(`run ${run.id} started ${earliest - lease.at} ms early`);
    wrong.push(...throttleComplaints(run, config, commit.now), ...orderComplaints(lease, run, commit));
    return wrong;
  }

  function cellsText(run: RunRow, level: "step" | "run"): string[] {
    return (madeWith.get(run.id) ?? []).map((config) =>
      sortedText(cellsOf(run.functionId, config, keyOf(run), level)),
    );
  }

  /** A negative priority puts off (P-2), and so does a future `ts` (L-3) of what was neither merged nor collected. */
  function earliestStart(run: RunRow, config: FunctionConfig): number {
    const ts = rows.events.get(run.eventId)?.ts ?? 0;
    const isOwnTime = run.batchId === null && config.debounce === undefined && run.originalRunId === null;
    return Math.max(orderOf(run, config), isOwnTime ? ts : 0);
  }

  function orderOf(run: RunRow, config: FunctionConfig): number {
    const k = keyOf(run);
    return run.queuedAt - (config.priority === undefined || k === null ? 0 : PRIORITY.of(Number(k)) * 1000);
  }

  function throttleComplaints(run: RunRow, config: FunctionConfig, now: number): string[] {
    const cells = (madeWith.get(run.id) ?? []).map((one) => throttleName(run.functionId, one, keyOf(run)));
    const cell = cells.find((one) => one !== null) ?? null;
    const pace = throttlePace(config);
    if (cell === null) return [];
    const known = versions.known(run.functionId, null, now).map((version) => throttlePace(version.config));
    // Between a sync and its being heard either numbers may count, or none at all.
    const isOpen = inMotion() && known.some((one) => JSON.stringify(one) !== JSON.stringify(pace));
    if (pace === null || isOpen || cells.includes(null)) {
      paces.blur(cell);
      return [];
    }
    const isOver = paces.room(cell, pace, now) === "no";
    const until = paces.roomAt(cell, pace) ?? now;
    paces.use(cell, pace, now);
    return isOver ? [`run ${run.id} starts ${until - now} ms before its throttle ${cell} allows it`] : [];
  }

  /** Of the runs that wait in one lane for their start, the first one goes first (§1.7). */
  function orderComplaints(lease: LeaseRow, run: RunRow, { waiting }: Commit): string[] {
    const config = rows.functions.get(run.functionId)?.config;
    if (config === undefined || !isOrdered(run)) return [];
    const mine = orderOf(run, config);
    for (const other of waiting(lease.lane)) {
      const otherRun = rows.runs.get(other.runId ?? "");
      if (otherRun === undefined || started.has(otherRun.id) || !isOrdered(otherRun)) continue;
      if (orderOf(otherRun, config) < mine)
        return [
          `run ${run.id} starts before ${otherRun.id}, which comes ${mine - orderOf(otherRun, config)} ms before it`,
        ];
    }
    return [];
  }
  /** One with a future `ts` is ordered by that, and semantics.md does not say so. */
  function isOrdered(run: RunRow): boolean {
    const { ts = 0, receivedAt = 0 } = rows.events.get(run.eventId) ?? {};
    return ts <= receivedAt && run.endedAt === null;
  }

  return {
    idle,
    throttledUntil(cell) {
      const [functionId] = JSON.parse(cell.slice("throttle:".length)) as [string];
      const pace = throttlePace(rows.functions.get(functionId)?.config ?? ({} as FunctionConfig));
      return pace === null ? Number.NEGATIVE_INFINITY : paces.roomAt(cell, pace);
    },
    heldComplaints(run) {
      const isHeld = rows.leases.get(`run:${run.id}`)?.freed === false;
      return isHeld || run.status !== "running" || cellsText(run, "run").includes("")
        ? []
        : [`the running run ${run.id} holds no slot of the limit on runs`];
    },
    afterCommit(changes, now) {
      for (const { table, key, before, after } of changes)
        if (table === "runs" && before === null && after !== null) {
          const known = versions.known(String(after["functionId"]), null, now);
          madeWith.set(
            key,
            known.map(({ config }) => config),
          );
        }
      const made = changes.flatMap(({ table, before, after }) =>
        table === "leases" && before === null && after !== null ? [after as unknown as LeaseRow] : [],
      );
      if (made.length === 0) return [];
      const gone = new Set([...rows.nudges.values()].map((nudge) => nudge.gone));
      const calls = made.filter((lease) => lease.node !== "");
      const waiting = (lane: string): WakeRow[] =>
        [...rows.wakes.values()].filter((wake) => wake.lane === lane && !gone.has(wake.id));
      const commit: Commit = { now, waiting };
      return [...calls.flatMap((lease) => grantComplaints(lease, commit)), ...overComplaints(made)];
    },
  };

  /** Each grant found room by its own function's number, counted in the order of the grants (§6.2). */
  function overComplaints(made: readonly LeaseRow[]): string[] {
    const wrong: string[] = [];
    for (const [index, lease] of made.entries()) {
      const later = new Set(made.slice(index + 1).map(({ id }) => id));
      const fnId = functionOfLane(lease.lane);
      const numbers = versions.known(fnId, null, lease.at);
      for (const cell of lease.cells) {
        const live = [...rows.leases.values()].filter(
          (other) => !other.freed && other.cells.includes(cell) && !later.has(other.id),
        ).length;
        const current = limitOf(rows.functions.get(fnId)?.config, cell);
        const limit = inMotion() ? Math.max(...numbers.map(({ config }) => limitOf(config, cell))) : current;
        const kind = isSharedCell(cell) ? "shared cell" : "cell";
        if (live > limit)
          wrong.push(`a grant makes the ${kind} ${cell} hold ${live} slots, its limit is ${limit}`);
      }
    }
    return wrong;
  }
}

function sortedText(cells: readonly string[]): string {
  return [...cells].sort().join(" ");
}

interface Commit {
  now: number;
  /** What still queues in a lane. */
  waiting(lane: string): WakeRow[];
}
