/** Every limit of a function in the order of its configuration, each with its keys and how full they are now. */
import type { LimitUse } from "@stepwell/api/dashboard";
import { type FunctionRow, type Instant, poolOf } from "@stepwell/core";
import type { Reads } from "@stepwell/store";
import { priorityText } from "../config-words.ts";
import { concurrencyUse, throttleUse } from "./capacity-limits.ts";
import { batchUse, debounceUse, rateLimitUse, singletonUse } from "./gate-limits.ts";

export async function readLimits(fn: FunctionRow, now: Instant, read: Reads): Promise<LimitUse[]> {
  const { concurrency, throttle, rateLimit, debounce, batch, singleton, priority } = fn.config;
  const blocked = new Set(await read.blockedCells(poolOf(fn)));
  const uses = [
    ...concurrency.filter(({ limit }) => limit > 0).map((rule) => concurrencyUse(fn, rule, blocked, read)),
    throttle && throttleUse(fn, throttle, blocked, now, read),
    rateLimit && rateLimitUse(fn, rateLimit, now, read),
    debounce && debounceUse(fn, debounce, now, read),
    batch && batchUse(fn, batch, now, read),
    singleton && singletonUse(fn, singleton, now, read),
    priority === undefined ? undefined : priorityUse(priority),
  ];
  return (await Promise.all(uses)).filter((use) => use !== undefined);
}

/** An order, not a number: there is nothing to be counted. */
function priorityUse(expression: string): LimitUse {
  return {
    option: "priority",
    text: priorityText(expression),
    keyExpression: expression,
    keys: [],
    more: false,
  };
}
