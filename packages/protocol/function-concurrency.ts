/** The `concurrency` option in all its shapes (semantics §6.2, wire.md §3.3). */
import type { ConcurrencyLimit, Json } from "@stepwell/core";
import { type Findings, isAbsent, unknownKeys } from "./function-config.ts";
import { isObject } from "./json.ts";

const MAX_LIMITS = 2;

/** The limits in force: entries with limit 0 or without a limit limit nothing and are left out. */
export function readConcurrency(value: Json | undefined, findings: Findings): ConcurrencyLimit[] {
  if (value === undefined || value === null || isAbsent(value)) return [];
  if (isObject(value) && (value.step !== undefined || value.fn !== undefined)) {
    findings.notBuilt(
      "concurrency in the form {step, fn}",
      "Use one limit for steps: concurrency: { limit, key }.",
    );
    return [];
  }
  const entries = Array.isArray(value) ? value : [value];
  if (entries.length > MAX_LIMITS) {
    findings.invalid(
      `concurrency has ${entries.length} limits; at most ${MAX_LIMITS} are allowed. Remove some.`,
    );
    return [];
  }
  const limits = entries.map((entry) => readLimit(entry, findings)).filter((limit) => limit !== null);
  if (limits.length > 1) findings.notBuilt("a second concurrency limit", "Keep one limit.");
  return limits;
}

function readLimit(entry: Json, findings: Findings): ConcurrencyLimit | null {
  const given = typeof entry === "number" ? { limit: entry } : entry;
  if (!isObject(given)) {
    findings.invalid("concurrency must be a number, or an object with `limit`.");
    return null;
  }
  for (const key of unknownKeys(given, ["limit", "key", "scope"])) findings.notBuilt(`concurrency.${key}`);
  const limit = given.limit ?? 0;
  if (typeof limit !== "number" || !Number.isInteger(limit) || limit < 0) {
    findings.invalid("concurrency.limit must be a whole number, 0 or more.");
    return null;
  }
  const key = readKey(given.key, findings);
  const scope = given.scope || "fn";
  if (scope === "env" || scope === "account") {
    if (key === null) findings.invalid(`concurrency with scope "${scope}" needs a \`key\`.`);
    else findings.notBuilt(`concurrency with scope "${scope}"`, 'Use scope "fn".');
    return null;
  }
  if (scope !== "fn") {
    findings.invalid('concurrency.scope must be "fn", "env" or "account".');
    return null;
  }
  if (limit === 0) return null;
  return key === null ? { limit, scope } : { limit, key, scope };
}

function readKey(value: Json | undefined, findings: Findings): string | null {
  if (value === undefined || value === null || value === "") return null;
  if (typeof value !== "string") {
    findings.invalid("concurrency.key must be text: an expression over `event`.");
    return null;
  }
  const why = findings.checks.expression(value);
  if (why !== null) findings.invalid(`concurrency.key (${value}) is not valid: ${why}`);
  return value;
}
