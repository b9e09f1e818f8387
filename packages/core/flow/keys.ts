/** Which cells an event has at the gates of a function: keys are evaluated once, before the commit (semantics §4.1). */
import {
  batchKey,
  debounceKeyText,
  isTrue,
  keyValue,
  parseExpression,
  priorityOf,
} from "../expression/index.ts";
import type { FunctionRow } from "../model/function.ts";
import type { Json } from "../model/json.ts";
import type { Instant } from "../model/moment.ts";
import { batchCell } from "./gates/batch.ts";
import { debounceCell } from "./gates/debounce.ts";
import { rateLimitCell } from "./gates/rate-limit.ts";
import { singletonCell } from "./gates/singleton.ts";

export interface GateKeys {
  batch: string | null;
  rate: string | null;
  debounce: string | null;
  singleton: string | null;
  /** Seconds (semantics §6.6). */
  priority: number;
  /** The event starts nothing for this function: why. */
  refused: string | null;
}

/** @param how cron ticks and reruns are neither batched nor debounced (semantics §3.4, §6.1), reruns not limited either */
export function gateKeys(
  fn: FunctionRow,
  event: Json,
  now: Instant,
  how: "event" | "cron" | "rerun" = "event",
): GateKeys {
  const { config } = fn;
  const batched = how === "event" ? batchOf(fn, event, now) : { cell: null, refused: null };
  if (batched.cell !== null || batched.refused !== null)
    return {
      batch: batched.cell,
      rate: null,
      debounce: null,
      singleton: null,
      priority: 0,
      refused: batched.refused,
    };
  const limit = (key: string | undefined): string | null => {
    if (key === undefined) return "";
    const value = keyValue(parseExpression(key), event, { now });
    return value.limited ? value.text : null;
  };
  const quiet = config.debounce?.key;
  const failed = how === "rerun" ? null : keyError(config.rateLimit?.key, event, now);
  return {
    batch: null,
    rate: rateLimitCell(fn.id, config, limit(config.rateLimit?.key)),
    debounce:
      how !== "event"
        ? null
        : debounceCell(
            fn.id,
            config,
            quiet === undefined ? "" : debounceKeyText(parseExpression(quiet), event, { now }),
          ),
    singleton: singletonCell(fn.id, config, limit(config.singleton?.key)),
    priority:
      config.priority === undefined ? 0 : priorityOf(parseExpression(config.priority), event, { now }),
    refused: failed === null ? null : `the rate limit key of ${fn.slug} cannot be evaluated: ${failed}`,
  };
}

/** A rate limit that cannot tell whom it limits lets nothing through (semantics §4.1). */
function keyError(key: string | undefined, event: Json, now: Instant): string | null {
  if (key === undefined) return null;
  const value = keyValue(parseExpression(key), event, { now });
  return value.limited ? null : value.error;
}

/** The batch's cell; null: the event runs alone, because its `if` is not true. A key that fails drops the event. */
function batchOf(
  fn: FunctionRow,
  event: Json,
  now: Instant,
): { cell: string | null; refused: string | null } {
  const rule = fn.config.batch;
  if (rule === undefined) return { cell: null, refused: null };
  if (rule.if !== undefined && !isTrue(parseExpression(rule.if), { event }, { now }))
    return { cell: null, refused: null };
  if (rule.key === undefined) return { cell: batchCell(fn.id, fn.config, ""), refused: null };
  const key = batchKey(parseExpression(rule.key), event, { now });
  if (key.is === "error")
    return { cell: null, refused: `the batch key of ${fn.slug} cannot be evaluated: ${key.why}` };
  return { cell: batchCell(fn.id, fn.config, key.text), refused: null };
}

/** The cells that the commit must lock. */
export function gatesOf(onceKey: string | null, keys: GateKeys): string[] {
  return [onceKey, keys.batch, keys.rate, keys.debounce, keys.singleton].filter((key) => key !== null);
}
