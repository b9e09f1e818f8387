/**
 * Runs the functions of an app in worlds where things go wrong, each world with its own seed, and tells
 * which of their code is not safe to repeat. First in calm worlds, to know what is right.
 */
import { AssertionError } from "node:assert";
import type { DurationMs } from "@stepwell/core";
import { instantOf } from "./acts.ts";
import { createRecorder, type Execution, watchFetch } from "./effects.ts";
import { createFaults, FAULTS, type FaultName } from "./faults.ts";
import { describeFinding, type Finding, type Repeated, unitsOf, unsafeEffects } from "./findings.ts";
import { openWorld } from "./open-world.ts";
import type { TestRun } from "./run-view.ts";
import type { World, WorldOptions } from "./world.ts";

/** What is played, what may go wrong, and what is looked at. */
export interface SimulateOptions
  extends Pick<
    WorldOptions,
    "client" | "functions" | "otherApps" | "serve" | "fetch" | "now" | "patienceMs"
  > {
  /** What happens in each world: sends events, moves the clock. */
  play: (world: World) => unknown;
  /** Before each world: puts back whatever the functions write to. */
  before?: () => unknown;
  /** What the functions have done so far, as JSON or a promise of it: rows, mails, charges. A change of it is an effect. */
  observe?: () => unknown;
  /** When a world has come to rest: throws when something is not as it must be. */
  check?: (world: World) => unknown;
  /** Replays this one world. Default: the seeds from 1 to `seeds`. */
  seed?: number;
  /** How many worlds. Default 20. */
  seeds?: number;
  /** What may go wrong. Default: everything. */
  faults?: readonly FaultName[];
  /** How long the clock goes on after `play` while runs are not done. Default `7d`. */
  drain?: string | DurationMs;
}
/** What a simulation has found; `assertSafe` throws it. */
export interface SimulationReport {
  /** The seeds that were played. */
  seeds: number[];
  /** What is wrong, each thing once, with the first seed that shows it. */
  findings: Finding[];
  /** Steps whose code ran more than once in a run, whether that is dangerous or not. */
  repeated: Repeated[];
  /** How often code of a step or of a function ran. */
  executions: number;
  /** Executions to which something was done. */
  faults: number;
}

const SEEDS = 20;
const DRAIN = "7d";

/**
 * Plays the functions under faults.
 * @returns what is not safe to repeat, with the seed that replays it; `assertSafe` throws it
 * @throws WorldError, or what `play` throws in a calm world
 * @example
 * const report = await simulate({
 *   client: inngest, functions: [checkout], observe: () => ({ charges }),
 *   play: (world) => world.send({ name: "order/placed", data: { id: 1 } }),
 * });
 * assertSafe(report);
 */
export async function simulate(options: SimulateOptions): Promise<SimulationReport> {
  const { seed, seeds = SEEDS, faults = FAULTS } = options;
  const played = seed === undefined ? Array.from({ length: seeds }, (_, index) => index + 1) : [seed];
  const unwatch = watchFetch();
  try {
    const plain = [await playOnce(options, 0, null), await playOnce(options, 0, null)] as const;
    for (const world of plain) if ("thrown" in world) throw world.thrown;
    const calm = await playOnce(options, 0, []);
    const worlds: Played[] = [calm];
    const findings = [
      ...unitFindings(calm.executions, null),
      ...resultFindings(calm, plain),
      ...checkFindings(calm, null),
    ];
    for (const one of played) {
      const world = await playOnce(options, one, faults);
      findings.push(
        ...unitFindings(world.executions, one),
        ...endFindings(world, calm, one),
        ...checkFindings(world, one),
      );
      worlds.push(world);
    }
    const executions = worlds.flatMap((world) => world.executions);
    return {
      seeds: played,
      findings: unique(findings, ({ kind, functionId, stepId }) => [kind, functionId, stepId]),
      repeated: repeatedOf(worlds.map((world) => world.executions)),
      executions: executions.length,
      faults: executions.filter(({ fault }) => fault !== null).length,
    };
  } finally {
    unwatch();
  }
}

/** @throws AssertionError with every finding, its cure, and the seed that replays it */
export function assertSafe(report: SimulationReport): void {
  const { findings, seeds, executions, faults } = report;
  if (findings.length === 0) return;
  const played = `${seeds.length} ${seeds.length === 1 ? "world" : "worlds"}, ${executions} executions, ${faults} faults`;
  throw new AssertionError({
    message: `${played}:\n${findings.map(describeFinding).join("\n")}`,
  });
}

interface Played {
  executions: readonly Execution[];
  runs: TestRun[];
  /** What `play` or `check` threw. */
  thrown?: unknown;
}

/** @param faults those that may happen; null: none, and steps share calls as they do outside of simulations */
async function playOnce(
  options: SimulateOptions,
  seed: number,
  faults: readonly FaultName[] | null,
): Promise<Played> {
  const { play, before, observe = () => null, check } = options;
  await before?.();
  const recorder = createRecorder(observe);
  const between = createFaults(seed, faults ?? [], recorder);
  const world = await openWorld({ ...options, seed: seed + 1 }, { ...between, plans: faults !== null });
  const { executions } = recorder;
  try {
    await play(world);
    await world.settled();
    await drain(world, options.drain ?? DRAIN);
    await check?.(world);
    return { executions, runs: world.runs() };
  } catch (thrown) {
    return { executions, runs: world.runs(), thrown };
  } finally {
    await world.close();
  }
}

const isUnfinished = ({ status }: TestRun): boolean => status === "queued" || status === "running";

/** Moves the clock from one due thing to the next while runs are not done. */
async function drain(world: World, by: string | DurationMs): Promise<void> {
  const until = instantOf(by, world.now().getTime());
  while (world.runs().some(isUnfinished)) {
    const next = await world.engine.read.nextDue();
    if (next === null || next > until) return;
    await world.advance(new Date(Math.max(next, world.now().getTime())));
  }
}

function unitFindings(executions: readonly Execution[], seed: number | null): Finding[] {
  return unitsOf(executions).flatMap((unit): Finding[] => {
    const unsafe = unsafeEffects(unit);
    const [first] = unit;
    if (unsafe === null || first === undefined) return [];
    const { functionId, stepId } = first;
    const kind = stepId === null ? "outside" : "step";
    return [{ kind, functionId, stepId, times: unit.length, seed, ...unsafe }];
  });
}

/** What ends otherwise than it does, time after time, where steps share calls. */
function resultFindings(calm: Played, [one, two]: readonly [Played, Played]): Finding[] {
  const ends = ({ runs }: Played, functionId: string): string =>
    runs
      .filter((run) => run.functionId === functionId)
      .map(({ status, output, error }) => `${status}: ${JSON.stringify(error?.message ?? output)}`)
      .join(", ");
  return [...new Set(calm.runs.map(({ functionId }) => functionId))].flatMap((functionId): Finding[] => {
    const [usual, again, found] = [one, two, calm].map((world) => ends(world, functionId));
    if (usual !== again || found === usual) return [];
    const effects = [`${found}; in calls that they share: ${usual}`];
    return [{ kind: "result", functionId, stepId: null, times: 1, effects, fault: null, seed: null }];
  });
}

function checkFindings(world: Played, seed: number | null): Finding[] {
  if (!("thrown" in world)) return [];
  const { thrown } = world;
  const effects = [thrown instanceof Error ? thrown.message : String(thrown)];
  return [{ kind: "check", functionId: null, stepId: null, times: 1, effects, fault: null, seed }];
}

/** What ends otherwise than in the calm world. */
function endFindings({ runs }: Played, calm: Played, seed: number): Finding[] {
  const findings: Finding[] = [];
  const add = (kind: Finding["kind"], functionId: string | null, effect: string): void => {
    findings.push({ kind, functionId, stepId: null, times: 1, effects: [effect], fault: null, seed });
  };
  const isNew = (run: TestRun, wrong: (other: TestRun) => boolean): boolean =>
    wrong(run) && !calm.runs.some((other) => other.functionId === run.functionId && wrong(other));
  for (const run of runs) {
    const { functionId, error, status } = run;
    if (isNew(run, (other) => other.status === "failed"))
      add("failed", functionId, `${error?.name ?? "Error"}: ${error?.message ?? "no reason"}`);
    if (isNew(run, isUnfinished)) add("unfinished", functionId, `it is ${status}`);
  }
  return findings;
}

function repeatedOf(worlds: readonly (readonly Execution[])[]): Repeated[] {
  const repeated = worlds.flatMap(unitsOf).flatMap((unit): Repeated[] => {
    const [first] = unit;
    if (unit.length < 2 || first === undefined || first.stepId === null) return [];
    const { functionId, stepId } = first;
    const effects = [...new Set(unit.flatMap((one) => one.effects.map(({ what }) => what)))];
    return [{ functionId, stepId, times: unit.length, effects }];
  });
  return unique(repeated, ({ functionId, stepId }) => [functionId, stepId]);
}

function unique<T>(items: readonly T[], name: (item: T) => unknown[]): T[] {
  const seen = new Map<string, T>();
  for (const item of items) {
    const key = JSON.stringify(name(item));
    if (!seen.has(key)) seen.set(key, item);
  }
  return [...seen.values()];
}
