/**
 * One seed from beginning to end: a random app, random events, random faults; the invariants after
 * each commit; and when everything has come to rest, what is left and what the model says.
 */
import { someData } from "./dice.ts";
import { createEngines, type Engines } from "./engines.ts";
import { flowText, otherNumbers, unlimited } from "./flow-setup.ts";
import { programText } from "./program.ts";
import type { Setup } from "./setup.ts";
import { finalComplaints } from "./verdict.ts";
import {
  planCancels,
  planLastEvents,
  planPauses,
  planReruns,
  planSignals,
  planWakingEvents,
} from "./visitors.ts";
import { createWorld, START, someTime, violated, type World } from "./world.ts";

/** A world that differs from what the seed says. */
export interface Variant {
  /** Other dice once the world is set up. */
  roll: number;
  changes: ((setup: Setup) => void)[];
}
export interface Outcome {
  seed: number;
  setup: Setup;
  violations: string[];
  hash: string;
  tasks: number;
  /** What there was to judge. */
  counts: Counts;
  /** The last lines, or all when asked for. */
  lines: readonly string[];
  /** What was simulated, in a few lines. */
  about: string[];
}

export interface Counts {
  runs: number;
  /** Runs with a lost, late or doubled call. */
  disturbed: number;
  /** Answers that the fence refused. */
  stale: number;
  /** Runs that the model judged to their end. */
  modelled: number;
  /** What became of events at gates, by its name or its reason. */
  gates: Record<string, number>;
}

const MAX_TASKS = 60_000;

/** @param keepTrace keep all lines, not only the last ones */
export async function simulate(
  seed: number,
  keepTrace = false,
  variant: Variant | null = null,
): Promise<Outcome> {
  const world = createWorld(seed, keepTrace, variant);
  const engines = createEngines(world);
  try {
    await play(world, engines);
  } catch (error) {
    world.violations.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  engines.crashAll();
  const { lines, hash, tasks } = world.scheduler.trace();
  return {
    seed,
    setup: world.setup,
    violations: world.violations,
    hash,
    tasks,
    counts: countsOf(world),
    lines,
    about: aboutOf(world),
  };
}

async function play(world: World, engines: Engines): Promise<void> {
  const { scheduler, setup } = world;
  await engines.start();
  for (let n = 0; n < setup.events; n += 1) sendLater(world, engines, n);
  planCancels(world, engines);
  planReruns(world, engines);
  planPauses(world, engines);
  planSignals(world, engines);
  planWakingEvents(world, engines);
  planLastEvents(world, engines);
  planDeploy(world);
  planClock(world);
  planZombies(world, engines);
  planEndOfCron(world, engines);
  planLimits(world, engines);
  const isBroken = (): boolean => world.violations.length > 0;
  await scheduler.settle(MAX_TASKS, isBroken);
  if (setup.faults.engines === "zombie" && !isBroken()) {
    // Engines that lived together cannot see each other's deaths; the last one cleans up (ADR 0016).
    scheduler.say("all engines end, a last one starts");
    engines.crashAll();
    await engines.start();
    await scheduler.settle(MAX_TASKS, isBroken);
  }
  if (!isBroken()) violated(world, await finalComplaints(world));
}

function sendLater(world: World, engines: Engines, n: number): void {
  const { scheduler, dice, setup } = world;
  const isGated = setup.kinds.length > 0;
  const names = setup.functions
    .flatMap((fn) => fn.config.triggers)
    .flatMap((trigger) => ("event" in trigger ? [trigger.event] : []));
  const name = dice.pick(names.filter((one) => one.startsWith("t/e") || (!isGated && one.startsWith("t/"))));
  // Now and then two events share their id: one run between them (semantics §5.1).
  const externalId = dice.chance(0.15) ? "same" : `event-${n}`;
  // Gates see events that come close together; a debounce, such as come in another order than they were made.
  const apartMs = isGated ? dice.pick([0, 0, 300, 2000, 2500, 9000, 40_000]) : 0;
  const at = (dice.chance(isGated ? 0.6 : 0.4) ? START : someTime(world)) + apartMs;
  const ts = dice.chance(isGated ? 0.3 : 0.15) ? at + dice.pick([-5000, 3000, 1_800_000]) : undefined;
  scheduler.later(at, null, "send", () => {
    void engines.send({ name, externalId, data: someData(dice), ...(ts === undefined ? {} : { ts }) });
  });
}

/** The app restarts with other code: steps are gone, new, or mean something else. */
function planDeploy(world: World): void {
  const { scheduler, dice, setup } = world;
  if (!setup.faults.deploy) return;
  scheduler.later(START + dice.below(300_000), null, "deploy", () => {
    scheduler.say("the app restarts with other code");
    for (const fn of setup.functions) fn.program = fn.next;
    for (const run of world.called) world.mixed.add(run);
  });
}

function planClock(world: World): void {
  const { scheduler, dice, setup } = world;
  if (!setup.faults.clock) return;
  for (let n = dice.between(1, 3); n > 0; n -= 1)
    scheduler.later(someTime(world), null, "clock", () => {
      world.clockOffset += dice.pick([-3_600_000, -3_600_000, -5000, 2000, 600_000]);
      scheduler.say(`the machine's clock is ${world.clockOffset} ms off`);
    });
}

function planZombies(world: World, engines: Engines): void {
  const { scheduler, dice, setup, shadow } = world;
  if (setup.faults.engines === "calm") return;
  if (setup.faults.engines === "crash") {
    for (let n = dice.between(0, 3); n > 0; n -= 1)
      scheduler.later(someTime(world), null, "kill", () => {
        const [name] = engines.names();
        if (name === undefined) return;
        if (dice.chance(0.3)) engines.stop(name);
        else engines.crash(name, "from outside");
      });
    return;
  }
  const another = async (): Promise<void> => {
    const names = engines.names();
    // An engine that knows no function yet would drop the events: only the first sync makes a house.
    if (shadow.rows.functions.size === 0) scheduler.later(scheduler.now() + 1000, null, "zombie", another);
    else if (names.length < 3) await engines.start();
    else engines.crash(dice.pick(names), "from outside");
  };
  for (let n = dice.between(1, 4); n > 0; n -= 1)
    scheduler.later(START + dice.pick([10, 5000, dice.below(400_000)]), null, "zombie", another);
}

/** Cron would tick for ever: after a while the app has no such function any more. */
function planEndOfCron(world: World, engines: Engines): void {
  const { scheduler, dice, setup } = world;
  const crons = setup.functions.filter((fn) => fn.config.triggers.some((trigger) => "cron" in trigger));
  if (crons.length === 0) return;
  const end = (): void => {
    // Nobody can resume a function that is gone.
    if (crons.some((fn) => world.visited.has(fn.slug)))
      return void scheduler.later(scheduler.now() + 60_000, null, "end of cron", end);
    world.cronUntil = scheduler.now();
    world.without = crons.map((fn) => fn.slug);
    scheduler.say("the cron functions are gone from the app");
    engines.sync();
  };
  scheduler.later(START + dice.pick([400_000, 1_000_000]), null, "end of cron", end);
}

/** The numbers of limits change, and now and then a limit goes and comes back, mostly while something waits because of them. */
function planLimits(world: World, engines: Engines): void {
  const { scheduler, dice, setup, shadow } = world;
  if (!setup.faults.limits) return;
  const first = new Map(setup.functions.map((fn) => [fn, fn.config]));
  const change = (patience: number) => (): void => {
    const isFull = [...shadow.rows.lanes.values()].some((lane) => lane.blocked !== null);
    if (!isFull && patience > 0)
      return void scheduler.later(scheduler.now() + 2500, null, "limits", change(patience - 1));
    scheduler.say("the limits change");
    for (const fn of setup.functions)
      fn.config = otherNumbers(dice, dice.chance(0.2) ? unlimited(fn.config) : (first.get(fn) ?? fn.config));
    engines.sync();
  };
  for (let n = dice.between(1, 3); n > 0; n -= 1)
    scheduler.later(
      dice.chance(0.5) ? START + 5000 : someTime(world),
      null,
      "limits",
      change(dice.pick([0, 30, 30])),
    );
}

function countsOf({ shadow, disturbed, invariants, mixed, stale }: World): Counts {
  const runs = [...shadow.rows.runs.values()];
  const gates: Record<string, number> = {};
  for (const fate of invariants.admissions.fates.values()) {
    const name =
      fate.is === "nothing" ? (fate.why ?? fate.is) : fate.is === "skipped" ? fate.reason : fate.is;
    gates[name] = (gates[name] ?? 0) + 1;
  }
  return {
    gates,
    runs: runs.length,
    disturbed: new Set([...disturbed, ...invariants.lost]).size,
    stale,
    modelled: runs.filter((run) => run.status !== "cancelled" && !mixed.has(run.id)).length,
  };
}

function aboutOf(world: World): string[] {
  const { setup } = world;
  return [
    `faults ${JSON.stringify(setup.faults)}, ${setup.events} events, ${setup.queueWorkers} workers`,
    ...setup.functions.map((fn) => {
      const { sdk, requestVersion } = fn.manners;
      return `${fn.slug} (v${sdk}, requests v${requestVersion}, ${fn.config.maxAttempts} attempts, ${flowText(fn.config)}): ${programText(fn.program)}`;
    }),
  ];
}
