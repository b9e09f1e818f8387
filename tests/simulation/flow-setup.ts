/** Random flow control. A seed has one or two kinds of it, so that its story can be read. */
import type { ConcurrencyLimit, FunctionConfig } from "@stepwell/core";
import { CONSTANT, KEY } from "./cells.ts";
import type { Dice } from "./dice.ts";

const KINDS = ["limits", "throttle", "rate", "once", "debounce", "batch", "priority", "singleton"] as const;
export type FlowKind = (typeof KINDS)[number];
type Flow = Partial<FunctionConfig>;

/** Earlier or later by so many seconds; none for an event without `k` (semantics §6.6). */
export const PRIORITY = { source: `has(${KEY}) ? int(${KEY}) * 40 - 40 : 0`, of: (k: number) => k * 40 - 40 };
/** Of a batch: what runs alone (semantics §6.7); a missing `k` is not 2 (§4.2). */
export const BATCH_IF = { source: `${KEY} != 2`, holds: (k: unknown) => k !== 2 };
export const DAY_MS = 86_400_000;

/** No two of these together (semantics §6.1, §5.2). */
const APART: readonly (readonly [FlowKind, FlowKind])[] = [
  ["batch", "debounce"],
  ["batch", "singleton"],
  ["batch", "priority"],
  ["rate", "once"],
];

/** What this seed is about; empty: plain functions. */
export function randomKinds(dice: Dice): FlowKind[] {
  if (dice.chance(0.3)) return [];
  return [...new Set([dice.pick(KINDS), ...(dice.chance(0.5) ? [dice.pick(KINDS)] : [])])];
}

/**
 * @param drops may events start no run of the function? Listeners to failures and cron are to start one each time
 */
export function randomFlow(dice: Dice, kinds: readonly FlowKind[], drops: boolean): Flow {
  const flow: Flow = {};
  const taken: FlowKind[] = [];
  for (const kind of kinds) {
    if (!drops && ["rate", "once", "debounce", "batch"].includes(kind)) continue;
    if (
      !dice.chance(0.8) ||
      APART.some((pair) => pair.includes(kind) && pair.some((one) => taken.includes(one)))
    )
      continue;
    taken.push(kind);
    Object.assign(flow, optionOf(dice, kind));
  }
  return flow;
}

function keyed(dice: Dice): { key?: string } {
  return dice.chance(0.5) ? { key: KEY } : {};
}

function optionOf(dice: Dice, kind: FlowKind): Flow {
  switch (kind) {
    case "limits":
      return { concurrency: widerLimits(dice) };
    case "throttle": {
      const periodMs = dice.pick([1000, 5000, 60_000]);
      return {
        throttle: { limit: dice.between(1, 3), periodMs, burst: dice.pick([0, 0, 1, 2]), ...keyed(dice) },
      };
    }
    case "rate": {
      const periodMs = dice.pick([10_000, 60_000, 600_000]);
      return {
        rateLimit: { limit: dice.pick([1, 2, 3, 12, 25]), periodMs, option: "rateLimit", ...keyed(dice) },
      };
    }
    case "once":
      return { rateLimit: { limit: 1, periodMs: DAY_MS, option: "idempotency", key: KEY } };
    case "debounce": {
      const periodMs = dice.pick([1000, 5000, 30_000]);
      const timeout = dice.chance(0.6) ? { timeoutMs: periodMs * dice.pick([1, 2, 3]) } : {};
      return { debounce: { periodMs, ...timeout, ...keyed(dice) } };
    }
    case "batch": {
      const only = dice.chance(0.4) ? { if: BATCH_IF.source } : {};
      const timeoutMs = dice.pick([1000, 10_000, 60_000]);
      return { batch: { maxSize: dice.between(2, 4), timeoutMs, ...keyed(dice), ...only } };
    }
    case "priority":
      // Without a queue there is no order.
      return { priority: PRIORITY.source, concurrency: [{ limit: 1, scope: "fn" }] };
    case "singleton":
      return { singleton: { mode: dice.pick(["skip", "cancel"]), ...keyed(dice) } };
  }
}

/** Two limits, such as others share, and such as count runs. */
function widerLimits(dice: Dice): ConcurrencyLimit[] {
  const limit = (): number => dice.between(1, 3);
  const own: ConcurrencyLimit = { limit: limit(), scope: "fn", ...keyed(dice) };
  const shared: ConcurrencyLimit = {
    limit: limit(),
    scope: dice.pick(["env", "account"]),
    key: dice.pick([KEY, CONSTANT.source]),
  };
  const runs: ConcurrencyLimit = { limit: limit(), scope: "fn", level: "run", ...keyed(dice) };
  return dice.pick([[shared], [own, shared], [runs], [own, runs], [shared, runs]]);
}

/** The same options with other numbers, as a deploy may bring them. */
export function otherNumbers(dice: Dice, config: FunctionConfig): FunctionConfig {
  const { concurrency, throttle, rateLimit, batch } = config;
  const once = rateLimit?.option === "idempotency";
  return {
    ...config,
    concurrency: concurrency.map((limit) => ({ ...limit, limit: dice.between(1, 5) })),
    ...(throttle === undefined
      ? {}
      : { throttle: { ...throttle, limit: dice.between(1, 4), periodMs: dice.pick([1000, 20_000]) } }),
    ...(rateLimit === undefined || once ? {} : { rateLimit: { ...rateLimit, limit: dice.pick([1, 5, 30]) } }),
    ...(batch === undefined ? {} : { batch: { ...batch, maxSize: dice.between(2, 5) } }),
  };
}

/** Without what makes runs wait. */
export function unlimited({ throttle: _, ...config }: FunctionConfig): FunctionConfig {
  return { ...config, concurrency: [] };
}

/** In a few words, for traces. */
export function flowText(config: FunctionConfig): string {
  const { concurrency, throttle, rateLimit, debounce, batch, singleton, priority } = config;
  const limits = concurrency.map(
    ({ limit, key, scope, level }) =>
      `${limit}${level === "run" ? " runs" : ""}${scope === "fn" ? "" : ` ${scope}`}${key === undefined ? "" : ` per ${key}`}`,
  );
  const others = Object.entries({ throttle, rateLimit, debounce, batch, singleton, priority })
    .filter(([, rule]) => rule !== undefined)
    .map(([name, rule]) => `, ${name} ${JSON.stringify(rule)}`);
  return `limits [${limits.join("; ")}]${others.join("")}`;
}
