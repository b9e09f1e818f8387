/** What a seed decides before anything runs: functions, events, and which faults may happen. */
import type { ConcurrencyLimit, FunctionConfig, Trigger } from "@stepwell/core";
import { functionId, type Registration } from "@stepwell/protocol";
import type { Manners } from "./app.ts";
import type { Dice } from "./dice.ts";
import { type FlowKind, randomFlow, randomKinds } from "./flow-setup.ts";
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
  /** The numbers of limits change in the middle. */
  limits: boolean;
  /** Functions are paused, drained and resumed. */
  pause: boolean;
  deploy: boolean;
  clock: boolean;
}
export interface Setup {
  functions: SimFunction[];
  /** The flow control that this seed is about. */
  kinds: FlowKind[];
  faults: Faults;
  events: number;
  queueWorkers: number;
}

export function createSetup(dice: Dice): Setup {
  const faults = randomFaults(dice);
  const kinds = randomKinds(dice);
  const count = dice.between(1, 3);
  const functions: SimFunction[] = [];
  const add = (name: string, trigger: Trigger | null, role: Role): void => {
    functions.push(randomFunction(dice, name, trigger, kinds, role));
  };
  for (let n = 0; n < count; n += 1) add(`f${n}`, { event: `t/e${n}` }, "big");
  add("child", { event: "t/child" }, "small");
  add("callee", null, "small");
  add("failed", { event: "inngest/function.failed" }, "listener");
  if (dice.chance(0.3)) add("cron", { cron: dice.pick(["* * * * *", "*/5 * * * *"]) }, "listener");
  // Limits are felt where there is a queue.
  const events = faults.limits
    ? dice.between(5, 12)
    : kinds.length > 0
      ? dice.between(3, 9)
      : dice.between(1, 6);
  return { functions, kinds, faults, events, queueWorkers: dice.pick([1, 2, 5, 20]) };
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
    pause: engines !== "zombie" && dice.chance(0.25),
    deploy: dice.chance(0.2),
    clock: dice.chance(0.3),
  };
}

/** `listener`: starts a run for each of its events. */
type Role = "big" | "small" | "listener";

function randomFunction(
  dice: Dice,
  name: string,
  trigger: Trigger | null,
  kinds: readonly FlowKind[],
  role: Role,
): SimFunction {
  const big = role === "big";
  const slug = `${APP}-${name}`;
  const maxAttempts = dice.pick([1, 2, 3, 5]);
  const shape = {
    size: big ? dice.between(1, 8) : dice.between(1, 2),
    maxAttempts,
    outgoing: big,
    failures: name !== "failed" && dice.chance(0.7),
  };
  const program = randomProgram(dice, shape);
  const flow = dice.chance(big ? 0.9 : 0.6) ? randomFlow(dice, kinds, role !== "listener") : {};
  const config: FunctionConfig = {
    slug,
    name,
    triggers: trigger === null ? [] : [trigger],
    url: `http://app.test/api?fnId=${slug}&stepId=step`,
    maxAttempts,
    concurrency: dice.chance(0.6) ? randomLimits(dice) : [],
    ...(big && flow.batch === undefined && dice.chance(0.4)
      ? { cancelOn: [{ event: "t/stop", if: "event.data.k == async.data.k" }] }
      : {}),
    ...(big && dice.chance(0.35) ? { timeouts: randomTimeouts(dice) } : {}),
    ...flow,
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
    checksum: JSON.stringify(functions),
  };
}
