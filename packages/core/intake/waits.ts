/**
 * How waits are found again (hard-parts.md §3): the values of the opening event are frozen into the
 * expression, and an equality of it becomes the anchor, so that an event looks only at the waits that
 * carry its value. Law: a wait that matches an event has one of the event's anchors.
 */
import {
  canonicalPair,
  chooseAnchor,
  freezeEvent,
  isTrue,
  Meter,
  parseExpression,
  valuesAt,
} from "../expression/index.ts";
import type { Json } from "../model/json.ts";
import type { Instant } from "../model/moment.ts";
import type { WaitRow } from "../model/queue.ts";
import { hash32 } from "./hash.ts";

/** Looked at for every event of the name. */
const EVERY_EVENT = "*";
/** The anchor of all waits for a signal. */
export const SIGNAL_ANCHOR: string = "signal";
/** More paths than this for one name, and further waits are looked at for every event of it. */
const MAX_PATHS = 16;
/** One event may meet thousands of waits: each gets a tenth of what an expression may take elsewhere. */
const WAIT_SHARE = 0.1;
/** Longer values are kept as a prefix and a hash, so that the index stays small. */
const LONGEST_ANCHOR = 120;

/** Where a new wait is found: its anchors, the paths an event must be asked for, and what is left to evaluate. */
export interface Placing {
  anchors: string[];
  paths: string[];
  /** The frozen expression; null: there was none. */
  expression: string | null;
}

/**
 * Places a wait.
 * @param source CEL over `event` and `async`, or null
 * @param event the event of the run, whose values are frozen in (semantics §4.5)
 * @param known the paths that waits of this name use already
 * @returns null when the expression can never be true: such a wait is not stored
 * @throws ExpressionError when it cannot be read
 */
export function placeWait(source: string | null, event: Json, known: readonly string[]): Placing | null {
  if (source === null) return { anchors: [EVERY_EVENT], paths: [EVERY_EVENT], expression: null };
  // One budget for all of it: this happens inside a commit.
  const meter = new Meter(WAIT_SHARE);
  const frozen = freezeEvent(parseExpression(source), event, meter);
  if (frozen === false) return null;
  const pairs = chooseAnchor(frozen, meter);
  const paths = [...new Set(pairs?.map((pair) => pair.path))];
  const fits = new Set([...known, ...paths]).size <= MAX_PATHS || paths.every((path) => known.includes(path));
  if (pairs === null || !fits)
    return { anchors: [EVERY_EVENT], paths: [EVERY_EVENT], expression: frozen.source };
  return {
    anchors: [...new Set(pairs.map(({ path, value }) => anchorText(path, value)))],
    paths,
    expression: frozen.source,
  };
}

/** The anchors under which waits that an event may match are found, given the paths that waits of its name use. */
export function anchorsOf(event: Json, paths: readonly string[]): string[] {
  const pairs = valuesAt(
    event,
    paths.filter((path) => path !== EVERY_EVENT),
  );
  const anchors = new Set(pairs.map(({ path, value }) => anchorText(path, value)));
  if (paths.includes(EVERY_EVENT)) anchors.add(EVERY_EVENT);
  return [...anchors];
}

/**
 * Does this event end this wait? Only later events do, and only those received before the wait's end, even if
 * nobody was there to look at them until after it (semantics §7.3, §6.10).
 * @param event the event with its place in the store's sequence
 */
export function matchesWait(
  wait: WaitRow,
  event: { seq: number; receivedAt: Instant; value: Json },
  now: Instant,
): boolean {
  if (wait.kind === "signal" || event.seq <= wait.seq) return false;
  if (wait.until !== null && wait.until <= event.receivedAt) return false;
  if (wait.expression === null) return true;
  const meter = new Meter(WAIT_SHARE);
  return isTrue(parseExpression(wait.expression), { async: event.value }, { now }, meter);
}

function anchorText(path: string, value: Json): string {
  const pair = canonicalPair(path, value);
  if (pair.length <= LONGEST_ANCHOR) return pair;
  const hashes = [hash32(pair), hash32(pair, 0x9747b28c), hash32(pair, 0x5bd1e995)];
  return `${pair.slice(0, 40)}#${hashes.map((hash) => hash.toString(36)).join(".")}#${pair.length}`;
}
