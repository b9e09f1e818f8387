/** What a seed decides before anything runs: functions, events, and which faults may happen. */
import type { ConcurrencyLimit, FunctionConfig, Trigger } from "@stepwell/core";
import { functionId, type Registration } from "@stepwell/protocol";
import type { Manners } from "./app.ts";
import type { Dice } from "./dice.ts";
import { type Program, randomProgram } from "./program.ts";

export const APP = "sim";

/** A function of the fake app. */
export interface SimFunction {
  slug: string;
  id: string;
  program: Program;
  /** What a deploy in the middle makes of it. */
  next: Program;
  manners: Manners;
  config: FunctionConfig;
}
/** Which things go wrong in this seed, and how often. Small sets find more than everything at once. */
export interface Faults {
  /** `calm`: one engine lives for ever; `crash`: one at a time; `zombie`: several at once. */
  engines: "calm" | "crash" | "zombie";
  /** Of a commit: the engine dies before it, or after it was durable. */
  crash: number;
  /** Of a commit: the store refuses. */
  refuse: number;
  /** Of a read: it fails. */
  read: number;
  /** Of a call: no answer, a late one, a foreign page, or twice. */
  call: number;
  /** Of an event: it is sent again. */
  resend: number;
  cancel: boolean;
  rerun: boolean;
  /** Concurrency limits change in the middle. */
  limits: boolean;
  deploy: boolean;
  clock: boolean;
}
export interface Setup {
  functions: SimFunction[];
  faults: Faults;
  events: number;
  queueWorkers: number;
}

export function createSetup(dice: Dice): Setup {
  const faults = randomFaults(dice);
  const count = dice.between(1, 3);
  const functions: SimFunction[] = [];
  for (let n = 0; n < count; n += 1)
    functions.push(randomFunction(dice, `f${n}`, { event: `t/e${n}` }, true));
  functions.push(randomFunction(dice, "child", { event: "t/child" }, false));
  functions.push(randomFunction(dice, "callee", null, false));
  functions.push(randomFunction(dice, "failed", { event: "inngest/function.failed" }, false));
  if (dice.chance(0.3))
    functions.push(randomFunction(dice, "cron", { cron: dice.pick(["* * * * *", "*/5 * * * *"]) }, false));
  return { functions, faults, events: dice.between(1, 6), queueWorkers: dice.pick([1, 2, 5, 20]) };
}

function randomFaults(dice: Dice): Faults {
  const engines = dice.pick(["calm", "calm", "crash", "crash", "zombie"] as const);
  const sometimes = (probability: number): number => (dice.chance(0.4) ? probability : 0);
  return {
    engines,
    crash: engines === "calm" ? 0 : dice.pick([0.005, 0.02, 0.05]),
    refuse: sometimes(dice.pick([0.01, 0.05])),
    read: 0,
    call: sometimes(dice.pick([0.05, 0.2])),
    resend: sometimes(0.4),
    cancel: dice.chance(0.25),
    rerun: dice.chance(0.2),
    // A zombie goes by the limits it knows, so they only change where there is none.
    limits: engines !== "zombie" && dice.chance(0.25),
    deploy: dice.chance(0.2),
    clock: dice.chance(0.2),
  };
}

function randomFunction(dice: Dice, name: string, trigger: Trigger | null, big: boolean): SimFunction {
  const slug = `${APP}-${name}`;
  const maxAttempts = dice.pick([1, 2, 3, 5]);
  const shape = {
    size: big ? dice.between(1, 8) : dice.between(1, 2),
    maxAttempts,
    outgoing: big,
    failures: name !== "failed" && dice.chance(0.7),
  };
  const program = randomProgram(dice, shape);
  const config: FunctionConfig = {
    slug,
    name,
    triggers: trigger === null ? [] : [trigger],
    url: `http://app.test/api?fnId=${slug}&stepId=step`,
    maxAttempts,
    concurrency: dice.chance(0.6) ? randomLimits(dice) : [],
    ...(big && dice.chance(0.4)
      ? { cancelOn: [{ event: "t/stop", if: "event.data.k == async.data.k" }] }
      : {}),
    ...(big && dice.chance(0.35) ? { timeouts: randomTimeouts(dice) } : {}),
  };
  const manners: Manners = {
    sdk: dice.chance(0.7) ? 4 : 3,
    requestVersion: dice.chance(0.65) ? 2 : 1,
    bufferedSteps: dice.pick([0, 0, 1, 1, 3]),
    saysFailed: dice.chance(0.5),
    retryAfter: dice.chance(0.3) ? dice.between(1, 90) : null,
  };
  return { slug, id: functionId(APP, slug), program, next: randomProgram(dice, shape), manners, config };
}

function randomTimeouts(dice: Dice): { startMs?: number; finishMs?: number } {
  const startMs = dice.chance(0.5) ? { startMs: dice.pick([5000, 60_000]) } : {};
  return { ...startMs, finishMs: dice.pick([10_000, 600_000, 100_000_000]) };
}

function randomLimits(dice: Dice): ConcurrencyLimit[] {
  const wide: ConcurrencyLimit = { limit: dice.between(1, 3), scope: "fn" };
  const keyed: ConcurrencyLimit = { limit: dice.between(1, 2), key: "event.data.k", scope: "fn" };
  return dice.pick([[wide], [keyed], [keyed, wide]]);
}

/** What the app tells when it syncs. @param without slugs that are gone */
export function registrationOf(setup: Setup, without: readonly string[]): Registration {
  const functions = setup.functions.filter((fn) => !without.includes(fn.slug)).map((fn) => fn.config);
  return {
    appName: APP,
    url: "http://app.test/api",
    sdk: "js:v4.0.0",
    framework: null,
    platform: null,
    env: null,
    appVersion: null,
    functions,
    checksum: JSON.stringify(functions.map(({ slug, concurrency }) => [slug, concurrency])),
  };
}

/** The limit of a cell by a configuration; the cell's name is the one thing taken over from the engine. */
export function limitOf(config: FunctionConfig | undefined, cell: string): number {
  const { key } = readCell(cell);
  return config?.concurrency.find((limit) => (limit.key ?? null) === key)?.limit ?? Number.POSITIVE_INFINITY;
}

export function readCell(cell: string): { functionId: string; key: string | null } {
  const [functionId, key] = JSON.parse(cell) as [string, string | null, string];
  return { functionId, key };
}
