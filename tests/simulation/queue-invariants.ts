/** I1, I2 and I3 of hard-parts.md §1, and that no limit is passed. */
import type { LaneRow, LeaseRow, NudgeRow, WakeRow } from "@stepwell/core";
import { limitOf, readCell } from "./setup.ts";
import type { Shadow } from "./shadow.ts";

export interface Limits {
  /** By the latest sync that is stored. */
  now(cell: string): number;
  /** The highest there has been: a limit that was lowered lets the calls in flight end. */
  most(cell: string): number;
  /** Not everybody goes by the latest ones yet. */
  inMotion(): boolean;
}

export function createLimits(shadow: Shadow, inMotion: () => boolean): Limits {
  const highest = new Map<string, number>();
  const now = (cell: string): number =>
    limitOf(shadow.rows.functions.get(readCell(cell).functionId)?.config, cell);
  return {
    now,
    inMotion,
    most(cell) {
      const most = Math.max(now(cell), highest.get(cell) ?? 0);
      highest.set(cell, most);
      return most;
    },
  };
}

export function queueComplaints(shadow: Shadow, limits: Limits): string[] {
  const { lanes, cells, leases, nudges, wakes } = shadow.rows;
  const all = [...nudges.values()];
  return [
    ...cellComplaints([...leases.values()], cells, limits),
    ...[...lanes.values()].flatMap((lane) =>
      blockedComplaints(lane, [...leases.values()], all, cells, limits),
    ),
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
  for (const cell of cells.keys()) named.set(cell, { all: 0, live: 0 });
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

/** I1: a lane blocked on C ⇒ C is full, or a freed lease or a nudge names C. */
function blockedComplaints(
  lane: LaneRow,
  leases: readonly LeaseRow[],
  nudges: readonly NudgeRow[],
  cells: Shadow["rows"]["cells"],
  limits: Limits,
): string[] {
  const cell = lane.blocked;
  if (cell === null || limits.inMotion()) return [];
  if ((cells.get(cell)?.used ?? 0) >= limits.now(cell)) return [];
  if (leases.some((lease) => lease.freed && lease.cells.includes(cell))) return [];
  if (nudges.some((nudge) => nudge.cells.includes(cell))) return [];
  return [`I1: lane ${lane.lane} is blocked on ${cell}, which has room, and nothing says so`];
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
