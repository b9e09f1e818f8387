/** I1, I2 and I3 of hard-parts.md §1, and that no limit is passed. */
import type { LaneRow, LeaseRow, NudgeRow, WakeRow } from "@stepwell/core";
import { functionOfLane, isSharedCell, limitOf, readCell } from "./cells.ts";
import type { Shadow } from "./shadow.ts";
import type { Versions } from "./versions.ts";

export interface Limits {
  /** For a function, by the latest sync that is stored. */
  now(cell: string, functionId: string): number;
  /** The highest there has been for anybody: a limit that was lowered lets the calls in flight end. */
  most(cell: string): number;
  /** Not everybody goes by the latest ones yet. */
  inMotion(): boolean;
  /** When a throttled cell has room; null: cannot be told. */
  throttledUntil(cell: string): number | null;
}

export function createLimits(
  { rows }: Shadow,
  versions: Versions,
  inMotion: () => boolean,
  throttledUntil: (cell: string) => number | null,
): Limits {
  const mostOf = (cell: string, id: string): number =>
    Math.max(0, ...versions.all(id).map(({ config }) => limitOf(config, cell)));
  return {
    now: (cell, id) => limitOf(rows.functions.get(id)?.config, cell),
    inMotion,
    throttledUntil,
    most(cell) {
      if (!isSharedCell(cell)) return mostOf(cell, readCell(cell).functionId);
      const has = (id: string): boolean =>
        versions.all(id).some(({ config }) => Number.isFinite(limitOf(config, cell)));
      return Math.max(0, ...[...rows.functions.keys()].filter(has).map((id) => mostOf(cell, id)));
    },
  };
}

/** @param time of the commit, by its engine's clock */
export function queueComplaints(shadow: Shadow, limits: Limits, time: number): string[] {
  const { lanes, cells, leases, nudges, wakes } = shadow.rows;
  const all = [...nudges.values()];
  return [
    ...cellComplaints([...leases.values()], cells, limits),
    ...[...lanes.values()].flatMap((lane) => blockedComplaints(lane, shadow, limits, time)),
    ...laneComplaints([...wakes.values()], lanes, all),
  ];
}

/** I3: `used` equals the leases that name the cell; and never more live ones than the limit. */
function cellComplaints(
  leases: readonly LeaseRow[],
  cells: Shadow["rows"]["cells"],
  limits: Limits,
): string[] {
  const named = new Map<string, { all: number; live: number }>();
  for (const cell of cells.keys()) if (!cell.startsWith("throttle:")) named.set(cell, { all: 0, live: 0 });
  for (const lease of leases)
    for (const cell of lease.cells) {
      const count = named.get(cell) ?? { all: 0, live: 0 };
      named.set(cell, { all: count.all + 1, live: count.live + (lease.freed ? 0 : 1) });
    }
  const wrong: string[] = [];
  for (const [cell, { all, live }] of named) {
    const used = cells.get(cell)?.used ?? 0;
    if (used !== all) wrong.push(`I3: cell ${cell} says ${used} used, ${all} leases name it`);
    const limit = limits.most(cell);
    if (live > limit) wrong.push(`cell ${cell} holds ${live} slots, its limit is ${limit}`);
  }
  return wrong;
}

/** I1: a lane blocked on C ⇒ C is full, or a freed lease, a nudge or (of a throttle) a wake in time names C. */
function blockedComplaints(lane: LaneRow, { rows }: Shadow, limits: Limits, time: number): string[] {
  const cell = lane.blocked;
  if (cell === null || limits.inMotion()) return [];
  if ([...rows.nudges.values()].some((nudge) => nudge.cells.includes(cell))) return [];
  const told = `I1: lane ${lane.lane} is blocked on ${cell}, which has room, and nothing says so`;
  if (cell.startsWith("paused:")) return rows.functions.get(cell.slice(7))?.mode === "paused" ? [] : [told];
  if (cell.startsWith("throttle:")) {
    const until = limits.throttledUntil(cell);
    // Nothing is throttled any more: nobody needs to wait for a time.
    if (until === Number.NEGATIVE_INFINITY && !hasThrottle(rows, cell)) return [told];
    const roomAt = Math.max(until ?? Number.POSITIVE_INFINITY, time + 1);
    const looks = [...rows.wakes.values()].some(({ job, dueAt }) => {
      return job.kind === "room" && job.cell === cell && dueAt <= roomAt + 1;
    });
    return looks ? [] : [told];
  }
  if ((rows.cells.get(cell)?.used ?? 0) >= limits.now(cell, functionOfLane(lane.lane))) return [];
  if ([...rows.leases.values()].some((lease) => lease.freed && lease.cells.includes(cell))) return [];
  return [told];
}

function hasThrottle(rows: Shadow["rows"], cell: string): boolean {
  return rows.functions.get(readCell(cell).functionId)?.config.throttle !== undefined;
}

/** I2: a lane with queued wakes has a row or a nudge, and its head is not above its lowest score. */
function laneComplaints(
  wakes: readonly WakeRow[],
  lanes: ReadonlyMap<string, LaneRow>,
  nudges: readonly NudgeRow[],
): string[] {
  const lowest = new Map<string, number>();
  const gone = new Set(nudges.map((nudge) => nudge.gone));
  for (const wake of wakes)
    if (wake.lane !== null && !gone.has(wake.id))
      lowest.set(wake.lane, Math.min(wake.score, lowest.get(wake.lane) ?? Number.POSITIVE_INFINITY));
  const wrong: string[] = [];
  for (const [lane, score] of lowest) {
    const low = nudges
      .filter((nudge) => nudge.lane === lane)
      .map((nudge) => nudge.score ?? Number.POSITIVE_INFINITY);
    const floor = Math.min(lanes.get(lane)?.head ?? Number.POSITIVE_INFINITY, ...low);
    if (floor > score)
      wrong.push(`I2: lane ${lane} has a wake at ${score}, but its row and nudges start at ${floor}`);
  }
  return wrong;
}
