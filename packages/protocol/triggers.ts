/** The trigger list of a function, checked at sync (semantics §3.3, §3.4; wire.md §3.3). */
import type { CronTrigger, EventTrigger, Json, JsonObject, Trigger } from "@stepwell/core";
import { type Findings, unknownKeys } from "./function-config.ts";
import { isObject } from "./json.ts";

const MAX_TRIGGERS = 10;
const MAX_CRON_LENGTH = 255;
const MIN_JITTER_MS = 1000;
const MAX_JITTER_MS = 5 * 60_000;

/** Reads the list; what is wrong goes to `findings`, and then the result is not used. An empty list is good. */
export function readTriggers(value: Json | undefined, findings: Findings): Trigger[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) {
    findings.invalid("`triggers` must be a list.");
    return [];
  }
  if (value.length > MAX_TRIGGERS)
    findings.invalid(
      `it has ${value.length} triggers; at most ${MAX_TRIGGERS} are allowed. Remove some, or make a second function.`,
    );
  const triggers: Trigger[] = [];
  const seen = new Set<string>();
  for (const item of value) {
    const trigger = readTrigger(item, findings);
    if (trigger === null) continue;
    // Two entries of one cron expression are one schedule, whatever their jitter (semantics §3.3).
    const twin = "cron" in trigger ? JSON.stringify([trigger.cron]) : JSON.stringify(trigger);
    if (seen.has(twin)) findings.invalid(`the trigger ${named(trigger)} is there twice. Remove one.`);
    seen.add(twin);
    triggers.push(trigger);
  }
  return triggers;
}

function readTrigger(item: Json, findings: Findings): Trigger | null {
  if (!isObject(item)) {
    findings.invalid("a trigger must be an object with `event` or `cron`.");
    return null;
  }
  const event = typeof item.event === "string" && item.event !== "" ? item.event : null;
  const cron = typeof item.cron === "string" && item.cron !== "" ? item.cron.trim() : null;
  if (event !== null && cron !== null) {
    findings.invalid(`a trigger has both event "${event}" and cron "${cron}". Make it two triggers.`);
    return null;
  }
  if (event !== null) return readEventTrigger(item, event, findings);
  if (cron !== null) return readCronTrigger(item, cron, findings);
  findings.invalid("a trigger has neither `event` nor `cron`. Give it one of them.");
  return null;
}

function readEventTrigger(item: JsonObject, event: string, findings: Findings): EventTrigger {
  for (const key of unknownKeys(item, ["event", "expression"]))
    findings.notBuilt(`${key} of the trigger on event "${event}"`);
  const expression = item.expression ?? "";
  if (expression === "") return { event };
  if (typeof expression !== "string") {
    findings.invalid(`the \`if\` of the trigger on event "${event}" must be text.`);
    return { event };
  }
  const why = findings.checks.expression(expression);
  if (why !== null)
    findings.invalid(`the \`if\` of the trigger on event "${event}" (${expression}) is not valid: ${why}`);
  return { event, expression };
}

function readCronTrigger(item: JsonObject, cron: string, findings: Findings): CronTrigger {
  for (const key of unknownKeys(item, ["cron", "jitter"]))
    findings.notBuilt(`${key} of the cron trigger "${cron}"`);
  if (cron.length > MAX_CRON_LENGTH)
    findings.invalid(
      `a cron expression has ${cron.length} characters; at most ${MAX_CRON_LENGTH} are allowed.`,
    );
  else {
    const why = findings.checks.cron(cron);
    if (why !== null) findings.invalid(`the cron expression "${cron}" is not valid: ${why}`);
  }
  const jitter = item.jitter ?? "";
  if (jitter === "") return { cron };
  const jitterMs = typeof jitter === "string" ? findings.checks.duration(jitter) : null;
  if (jitterMs === null || jitterMs < MIN_JITTER_MS || jitterMs > MAX_JITTER_MS) {
    findings.invalid(
      `the jitter ${JSON.stringify(jitter)} of cron "${cron}" is not a duration from 1s to 5m.`,
    );
    return { cron };
  }
  return { cron, jitterMs };
}

function named(trigger: Trigger): string {
  return "cron" in trigger ? `on cron "${trigger.cron}"` : `on event "${trigger.event}"`;
}
