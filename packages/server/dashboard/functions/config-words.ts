/** A function's configuration in plain sentences, one for each rule, under the SDK's own option names. */
import type { ConfigLine } from "@stepwell/api/dashboard";
import {
  type CancelRule,
  type ConcurrencyLimit,
  type FunctionConfig,
  parseDuration,
  type Trigger,
} from "@stepwell/core";
import { cronWords } from "./cron-words.ts";
import { countText, durationText, periodText } from "./duration-text.ts";

/**
 * Every rule of a function, in the order in which people think of them: what starts it, how it is tried, what
 * limits it, what ends it. Options that are not set are left out, except `retries`, which always holds.
 */
export function configLines(config: FunctionConfig): ConfigLine[] {
  const { rateLimit, throttle, debounce, batch, singleton, priority } = config;
  const line = (option: string, text: string | undefined): ConfigLine[] =>
    text === undefined ? [] : [{ option, text }];
  return [
    ...triggerLines(config.triggers),
    ...line("retries", retriesText(config.maxAttempts)),
    ...config.concurrency
      .filter(({ limit }) => limit > 0)
      .flatMap((limit) => line("concurrency", concurrencyText(limit))),
    ...line("throttle", throttle && throttleText(throttle)),
    ...line(rateLimit?.option ?? "rateLimit", rateLimit && rateLimitText(rateLimit)),
    ...line("debounce", debounce && debounceText(debounce)),
    ...line("batchEvents", batch && batchText(batch)),
    ...line("priority", priority && priorityText(priority)),
    ...line("singleton", singleton && singletonText(singleton)),
    ...(config.cancelOn ?? []).flatMap((rule) => line("cancelOn", cancelText(rule))),
    ...timeoutTexts(config.timeouts ?? {}).flatMap((text) => line("timeouts", text)),
  ];
}

function triggerLines(triggers: readonly Trigger[]): ConfigLine[] {
  if (triggers.length === 0)
    return [{ option: "triggers", text: "Nothing starts it but an invoke: it has no triggers." }];
  return triggers.map((trigger) => ({ option: "triggers", text: triggerText(trigger) }));
}

function triggerText(trigger: Trigger): string {
  if ("cron" in trigger) {
    const late =
      trigger.jitterMs === undefined ? "" : `, up to ${durationText(trigger.jitterMs)} later (jitter)`;
    return `Starts by schedule: ${cronWords(trigger.cron)}${late}.`;
  }
  const events = trigger.event.endsWith("*") ? "each event whose name matches" : "each event";
  const when = trigger.expression === undefined ? "" : `, if ${code(trigger.expression)}`;
  return `Starts for ${events} ${code(trigger.event)}${when}.`;
}

function retriesText(maxAttempts: number): string {
  if (maxAttempts <= 1) return "Each step is tried once: no retries.";
  return `Each step is tried up to ${maxAttempts} times: ${countRetries(maxAttempts - 1)} after the first attempt.`;
}

function countRetries(count: number): string {
  return count === 1 ? "1 retry" : `${count} retries`;
}

/** A limit of calls or runs at once (semantics §6.2). */
export function concurrencyText({ limit, key, scope, level }: ConcurrencyLimit): string {
  const what =
    level === "run"
      ? `${countText(limit, "run")} at once, each from its start to its end`
      : `${countText(limit, "step")} at once`;
  const shared =
    scope === "fn"
      ? ""
      : `, counted together with all functions that use the same key in this ${scope === "env" ? "environment" : "account"}`;
  return `At most ${what}${each(key)}${shared}.`;
}

/** A pace of starts (semantics §6.3). */
export function throttleText({
  limit,
  periodMs,
  burst,
  key,
}: NonNullable<FunctionConfig["throttle"]>): string {
  const more = burst === 0 ? "" : `, and up to ${burst} more in a burst`;
  return `Starts at most ${countText(Math.max(1, limit), "run")} every ${periodText(periodMs)}${each(key)}${more}; the others wait.`;
}

/** What is over it starts nothing (semantics §6.4, §5.2). */
export function rateLimitText({
  limit,
  periodMs,
  key,
  option,
}: NonNullable<FunctionConfig["rateLimit"]>): string {
  if (option === "idempotency")
    return `Runs once${each(key)} in ${durationText(periodMs)}; repetitions start nothing.`;
  const atOnce = Math.floor(limit / 10) + 1;
  const pace = `${atOnce} at once, then one every ${periodText(periodMs / limit)}`;
  return `Takes at most ${countText(limit, "event")} every ${periodText(periodMs)}${each(key)} (${pace}); what is over that starts nothing.`;
}

/** One run for the newest event after a quiet time (semantics §6.5). */
export function debounceText({ periodMs, timeoutMs, key }: NonNullable<FunctionConfig["debounce"]>): string {
  const latest =
    timeoutMs === undefined ? "" : `, at the latest ${durationText(timeoutMs)} after the first one`;
  return `Starts for the newest event${each(key)} once none has come for ${durationText(periodMs)}${latest}.`;
}

/** Events that start one run together (semantics §6.7). */
export function batchText({
  maxSize,
  timeoutMs,
  key,
  if: condition,
}: NonNullable<FunctionConfig["batch"]>): string {
  const alone = condition === undefined ? "" : ` Events for which ${code(condition)} is not true run alone.`;
  return `Collects up to ${countText(maxSize, "event")}${each(key)} for one run, for at most ${durationText(timeoutMs)}.${alone}`;
}

/** Order within the function (semantics §6.6). */
export function priorityText(expression: string): string {
  return `Runs go ahead of runs queued up to ${code(expression)} seconds earlier; a negative number puts them behind.`;
}

/** One unfinished run at a time (semantics §6.8). */
export function singletonText({ mode, key }: NonNullable<FunctionConfig["singleton"]>): string {
  const then =
    mode === "skip" ? "a new one is skipped while one is there" : "a new one cancels the one that is there";
  return `At most 1 unfinished run${each(key)}: ${then}.`;
}

function cancelText({ event, if: condition, timeout }: CancelRule): string {
  const when = condition === undefined ? "" : ` with ${code(condition)}`;
  return `An event ${code(event)}${when} cancels its runs${timeout === undefined ? "" : cancelLimit(timeout)}.`;
}

/** A duration counts from the run's start, a date is one (semantics §6.10). */
function cancelLimit(timeout: string): string {
  const ms = parseDuration(timeout);
  return ms === null ? `, until ${timeout}` : `, within ${durationText(ms)} of their start`;
}

function timeoutTexts({ startMs = 0, finishMs = 0 }: NonNullable<FunctionConfig["timeouts"]>): string[] {
  return [
    ...(startMs > 0
      ? [`A run that has not started ${durationText(startMs)} after it was queued is cancelled.`]
      : []),
    ...(finishMs > 0
      ? [`A run that has not ended ${durationText(finishMs)} after its start is cancelled.`]
      : []),
  ];
}

/** The value of a key that is a text and no expression; null: it depends on the event, or there is none. */
export function constantOf(key: string | undefined): string | null {
  return /^\s*(["'])([^"'\\]*)\1\s*$/.exec(key ?? "")?.[2] ?? null;
}

/** A constant as key counts everything together; that is how shared limits are named. */
function each(key: string | undefined): string {
  if (key === undefined) return "";
  return constantOf(key) === null ? ` for each ${code(key)}` : ` under the key ${code(key.trim())}`;
}

function code(text: string): string {
  return `\`${text}\``;
}
