/**
 * Which fault meets which step in which world. Dice alone would leave holes: here each step meets each fault
 * once in so many worlds as there are faults and two more, in an order of its own. It depends on nothing but
 * the seed and the step's name, so a seed shows the same again however calls overtake each other.
 */
import type { AppCall } from "./app-call.ts";
import { createDice } from "./dice.ts";
import type { FaultName } from "./faults.ts";

export interface Fate {
  fault: FaultName;
  /** How long it takes, of those that take time. */
  spanMs: number;
}

/** Worlds of a round in which a step meets nothing. */
const CALM_WORLDS = 2;
const SPANS_MS = [60_000, 600_000, 3_600_000];
const CHANCE = 0.5;

/** @returns what meets a call; null: nothing */
export function createFates(seed: number, faults: readonly FaultName[]): (call: AppCall) => Fate | null {
  const struck = new Set<string>();
  const places = new Map<string, string>();
  const made = new Map<string, number>();
  /** A run is known by its place among those of its function: ids say when they were made. */
  const placeOf = ({ runId, functionId }: AppCall): string => {
    const known = places.get(runId);
    if (known !== undefined) return known;
    const place = made.get(functionId) ?? 0;
    made.set(functionId, place + 1);
    places.set(runId, `${functionId} ${place}`);
    return `${functionId} ${place}`;
  };
  const asked = new Map<string, number>();
  return (call) => {
    const unit = `${placeOf(call)} ${call.step?.id ?? "outside"}`;
    if (faults.length === 0 || struck.has(unit)) return null;
    const fate = fateOf(unit, seed, faults);
    const times = asked.get(unit) ?? 0;
    asked.set(unit, times + 1);
    // Code outside of steps is called many times in a run: not always the first one is struck.
    if (call.step === null && createDice(hash(`${seed} ${unit} ${times}`)).roll() >= CHANCE) return null;
    struck.add(unit);
    const isLast = call.attempt + 1 >= call.maxAttempts;
    return fate?.fault === "lost" && isLast ? null : fate;
  };
}

function fateOf(unit: string, seed: number, faults: readonly FaultName[]): Fate | null {
  const worlds = faults.length + CALM_WORLDS;
  const round = Math.floor(seed / worlds);
  const dice = createDice(hash(`${unit} ${round}`));
  const left: (FaultName | null)[] = [...faults, ...Array.from({ length: CALM_WORLDS }, () => null)];
  const order = Array.from({ length: worlds }, () => left.splice(dice.below(left.length), 1)[0] ?? null);
  const fault = order[seed % worlds] ?? null;
  const spanMs = SPANS_MS[(round + hash(unit)) % SPANS_MS.length] ?? 0;
  return fault === null ? null : { fault, spanMs };
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const character of text) value = Math.imul(value ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return value >>> 0;
}
