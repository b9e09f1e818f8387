/** One simulated world: a store, its shadow, engines that come and go, and the notebook of what happened. */
import type { GateCellRow, WaitRow } from "@stepwell/core";
import { createMemoryStore, type Store } from "@stepwell/store";
import { createDice, type Dice } from "./dice.ts";
import { createInvariants, type Invariants } from "./invariants.ts";
import { createScheduler, type Scheduler } from "./scheduler.ts";
import { createSetup, type Setup } from "./setup.ts";
import { createShadow, type Shadow } from "./shadow.ts";

/** 1 March 2026, noon, UTC. */
export const START = 1_772_366_400_000;

export interface SentEvent {
  id: string;
  externalId: string;
  name: string;
  /** The sender was told that it is stored. */
  acknowledged: boolean;
}
export interface World {
  readonly seed: number;
  readonly dice: Dice;
  readonly scheduler: Scheduler;
  readonly setup: Setup;
  readonly store: Store;
  readonly shadow: Shadow;
  readonly invariants: Invariants;
  readonly events: Map<string, SentEvent>;
  /** run → step id → how often its code ran. */
  readonly bodies: Map<string, Map<string, number>>;
  /** Runs with a lost, late or doubled call. */
  readonly disturbed: Set<string>;
  /** Runs that the app has been called for. */
  readonly called: Set<string>;
  /** Runs that saw two versions of their code. */
  readonly mixed: Set<string>;
  /** Signals that were sent: what they carried → the signal. */
  readonly signals: Map<number, string>;
  /** run/step → how often the server asked for it, and how often nobody answered. */
  readonly fetches: Map<string, { asked: number; failed: number }>;
  /** Runs that somebody asked to cancel. */
  readonly cancelled: Set<string>;
  /** Engines that hear of another configuration just now, and how many changes each hears of. */
  readonly changing: Map<string, number>;
  /** Leases whose request is at the app now. */
  readonly inFlight: Set<string>;
  /** Added to true time: what the machine's clock shows. */
  clockOffset: number;
  /** No more faults after this true time. */
  readonly faultsUntil: number;
  /** Instants at which much happens at once. */
  readonly hot: readonly number[];
  /** run|step → the place of its wait in the store's sequence. */
  readonly waitsSince: Map<string, number>;
  /** Called when a run begins to wait: somebody may answer. */
  waitOpened(wait: WaitRow): void;
  /** Called when an event is put off by a gate: others may come just when that ends. */
  putOff(cell: GateCellRow, now: number): void;
  /** Functions that somebody will resume. */
  readonly visited: Set<string>;
  /** Functions that are gone from the app. */
  without: string[];
  /** When they went, in true time. */
  cronUntil: number;
  violations: string[];
  /** Answers that came on a lost lease. */
  stale: number;
}

/** @param variant what is different from what the seed says; null: nothing */
export function createWorld(
  seed: number,
  keepTrace: boolean,
  variant: { roll: number; changes: ((setup: Setup) => void)[] } | null,
): World {
  const first = createDice(seed);
  const setup = createSetup(first);
  for (const change of variant?.changes ?? []) change(setup);
  const dice = variant === null ? first : createDice(seed * 1009 + variant.roll);
  const shadow = createShadow();
  const changing = new Map<string, number>();
  return {
    seed,
    dice,
    setup,
    shadow,
    scheduler: createScheduler(dice, START, keepTrace),
    store: createMemoryStore(),
    invariants: createInvariants(shadow, {
      inMotion: () => changing.size > 0,
      // The store's floor lags behind what it holds: who starts with the clock set back is behind a little.
      hasOneClock: () => setup.faults.engines === "calm" || !setup.faults.clock,
      promptMs: () => promptMs(setup.faults),
    }),
    events: new Map(),
    bodies: new Map(),
    disturbed: new Set(),
    called: new Set(),
    mixed: new Set(),
    signals: new Map(),
    fetches: new Map(),
    cancelled: new Set(),
    changing,
    inFlight: new Set(),
    clockOffset: 0,
    hot: Array.from({ length: 4 }, () => START + dice.pick([1000, 31_000, dice.below(700_000)])),
    faultsUntil: START + dice.pick([60_000, 600_000, 4_000_000]),
    waitsSince: new Map(),
    waitOpened: () => {},
    putOff: () => {},
    visited: new Set(),
    without: [],
    cronUntil: 0,
    violations: [],
    stale: 0,
  };
}

/** How long an engine may take to handle what is due; refusals of the store are tried again. */
const PROMPT_MS = 20_000;
const PROMPT_WITH_REFUSALS_MS = 120_000;

/** What can happen must happen within this time; null: in a world with crashes and jumping clocks nothing can be said. */
export function promptMs({ engines, clock, refuse }: Setup["faults"]): number | null {
  if (engines !== "calm" || clock) return null;
  return refuse > 0 ? PROMPT_WITH_REFUSALS_MS : PROMPT_MS;
}

/** When something that people do happens: often together with other things, so that they race. */
export function someTime({ dice, hot }: World): number {
  return dice.chance(0.6) ? dice.pick(hot) : START + dice.below(700_000);
}

/** Is a fault allowed now, and do the dice want it? */
export function strikes(world: World, probability: number): boolean {
  return probability > 0 && world.scheduler.now() < world.faultsUntil && world.dice.chance(probability);
}

/** Notes what is broken; the simulation ends after this task. */
export function violated(world: World, complaints: readonly string[]): void {
  for (const complaint of complaints) {
    world.violations.push(complaint);
    world.scheduler.say(`VIOLATION ${complaint}`);
  }
}
