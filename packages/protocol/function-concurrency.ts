/** The `concurrency` option in all its shapes (semantics §6.2, wire.md §3.3). */
import type { ConcurrencyLimit, Json } from "@stepwell/core";
import { type Findings, isAbsent, unknownKeys } from "./function-config.ts";
import { isObject } from "./json.ts";

const MAX_STEP_LIMITS = 2;
const MAX_RUN_LIMITS = 1;

/** The limits in force: entries with limit 0 or without a limit limit nothing and are left out. */
export function readConcurrency(value: Json | undefined, findings: Findings): ConcurrencyLimit[] {
  if (value === undefined || value === null || isAbsent(value)) return [];
  if (isObject(value) && (value.step !== undefined || value.fn !== undefined)) {
    for (const key of unknownKeys(value, ["step", "fn"])) findings.notBuilt(`concurrency.${key}`);
    return [
      ...readLimits(value.step, "step", MAX_STEP_LIMITS, findings),
      ...readLimits(value.fn, "run", MAX_RUN_LIMITS, findings),
    ];
  }
  return readLimits(value, "step", MAX_STEP_LIMITS, findings);
}

function readLimits(
  value: Json | undefined,
  level: "step" | "run",
  most: number,
  findings: Findings,
): ConcurrencyLimit[] {
  if (value === undefined || value === null) return [];
  const entries = Array.isArray(value) ? value : [value];
  if (entries.length > most) {
    const of = level === "step" ? "concurrency" : "concurrency.fn";
    findings.invalid(`${of} has ${entries.length} limits; at most ${most} are allowed. Remove some.`);
    return [];
  }
  return entries.map((entry) => readLimit(entry, level, findings)).filter((limit) => limit !== null);
}

function readLimit(entry: Json, level: "step" | "run", findings: Findings): ConcurrencyLimit | null {
  const given = typeof entry === "number" ? { limit: entry } : entry;
  if (!isObject(given)) {
    findings.invalid("concurrency must be a number, or an object with `limit`.");
    return null;
  }
  for (const key of unknownKeys(given, ["limit", "key", "scope"])) findings.notBuilt(`concurrency.${key}`);
  const name = level === "run" ? "concurrency.fn" : "concurrency";
  const limit = given.limit ?? 0;
  // Of calls, 0 is the word of SDKs for "no limit"; of runs it would be a limit that was forgotten (semantics §6.0).
  if (typeof limit !== "number" || !Number.isInteger(limit) || limit < (level === "run" ? 1 : 0)) {
    findings.invalid(
      `${name}.limit (${JSON.stringify(given.limit ?? null)}) must be a whole number, ${level === "run" ? 1 : 0} or more.`,
    );
    return null;
  }
  const key = readKey(given.key, findings);
  const scope = readScope(given.scope, level, key, findings);
  if (scope === null || limit === 0) return null;
  return {
    limit,
    ...(key === null ? {} : { key }),
    scope,
    ...(level === "run" ? { level } : {}),
  };
}

function readScope(
  value: Json | undefined,
  level: "step" | "run",
  key: string | null,
  findings: Findings,
): ConcurrencyLimit["scope"] | null {
  const scope = value || "fn";
  if (scope !== "fn" && scope !== "env" && scope !== "account") {
    findings.invalid('concurrency.scope must be "fn", "env" or "account".');
    return null;
  }
  if (scope !== "fn" && level === "run") {
    findings.invalid('limits on runs (concurrency.fn) have the scope "fn" only. Remove `scope`.');
    return null;
  }
  if (scope !== "fn" && key === null) {
    findings.invalid(`concurrency with scope "${scope}" needs a \`key\`.`);
    return null;
  }
  return scope;
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
