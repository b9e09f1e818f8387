/** Flow-control options: rate limit, idempotency, throttle, debounce, batch, priority, singleton (semantics §6, §12). */
import type { DurationMs, FunctionConfig, Json, JsonObject } from "@stepwell/core";
import { type Findings, isAbsent, unknownKeys } from "./function-config.ts";
import { isObject } from "./json.ts";

const SECOND = 1000;
const DAY = 86_400_000;
/** What batches cannot be combined with, by its name on the wire and in code (semantics §6.1). */
const NOT_WITH_BATCH = {
  cancel: "cancelOn",
  debounce: "debounce",
  singleton: "singleton",
  priority: "priority",
};

type Flow = Pick<FunctionConfig, "rateLimit" | "throttle" | "debounce" | "batch" | "priority" | "singleton">;

/** Reads the options that are used; each mistake names the option and its cure. */
export function readFlow(item: JsonObject, findings: Findings): Flow {
  const flow: Flow = {
    ...part("rateLimit", readRateLimit(item, findings)),
    ...part("throttle", readThrottle(item.throttle, findings)),
    ...part("debounce", readDebounce(item.debounce, findings)),
    ...part("batch", readBatch(item.batchEvents, findings)),
    ...part("priority", readPriority(item.priority, findings)),
    ...part("singleton", readSingleton(item.singleton, findings)),
  };
  if (!isAbsent(item.batchEvents))
    for (const [wire, name] of Object.entries(NOT_WITH_BATCH))
      if (!isAbsent(item[wire])) findings.combination("batchEvents", name);
  return flow;
}

function part<K extends keyof Flow>(name: K, value: Flow[K] | undefined): Pick<Flow, K> | object {
  return value === undefined ? {} : { [name]: value };
}

/** `idempotency` is a rate limit of one per key and day, and takes the place of another one (semantics §5.2). */
function readRateLimit(item: JsonObject, findings: Findings): Flow["rateLimit"] {
  const limit = objectOf("rateLimit", item.rateLimit, ["limit", "period", "key"], findings);
  const read =
    limit === null
      ? undefined
      : {
          limit: wholeOf("rateLimit.limit", limit.limit, 1, findings),
          periodMs: spanOf("rateLimit.period", limit.period, SECOND, DAY, "from 1s to 24h", findings),
          ...keyOf("rateLimit.key", limit.key, findings),
          option: "rateLimit" as const,
        };
  const once = keyOf("idempotency", item.idempotency, findings);
  return once.key === undefined ? read : { limit: 1, periodMs: DAY, key: once.key, option: "idempotency" };
}

function readThrottle(value: Json | undefined, findings: Findings): Flow["throttle"] {
  const given = objectOf("throttle", value, ["limit", "period", "burst", "key"], findings);
  if (given === null) return undefined;
  return {
    limit: wholeOf("throttle.limit", given.limit, 0, findings),
    periodMs: spanOf(
      "throttle.period",
      given.period,
      SECOND,
      Number.MAX_SAFE_INTEGER,
      "of 1s or more",
      findings,
    ),
    burst: isAbsent(given.burst) ? 0 : wholeOf("throttle.burst", given.burst, 0, findings),
    ...keyOf("throttle.key", given.key, findings),
  };
}

function readDebounce(value: Json | undefined, findings: Findings): Flow["debounce"] {
  const given = objectOf("debounce", value, ["period", "timeout", "key"], findings);
  if (given === null) return undefined;
  const { timeout } = given;
  return {
    periodMs: spanOf("debounce.period", given.period, SECOND, 7 * DAY, "from 1s to 7d", findings),
    ...(isAbsent(timeout)
      ? {}
      : {
          timeoutMs: spanOf(
            "debounce.timeout",
            timeout,
            0,
            Number.MAX_SAFE_INTEGER,
            "like 30s or 1h",
            findings,
          ),
        }),
    ...keyOf("debounce.key", given.key, findings),
  };
}

function readBatch(value: Json | undefined, findings: Findings): Flow["batch"] {
  const given = objectOf("batchEvents", value, ["maxSize", "timeout", "key", "if"], findings);
  if (given === null) return undefined;
  const { timeout } = given;
  if (typeof timeout === "string" && /[wd]/.test(timeout) && findings.checks.duration(timeout) !== null)
    findings.invalid(
      `batchEvents.timeout (${JSON.stringify(timeout)}) is not a duration of 1s or more, without days or weeks.`,
    );
  const condition = keyOf("batchEvents.if", given.if, findings).key;
  return {
    maxSize: wholeOf("batchEvents.maxSize", given.maxSize, 2, findings),
    timeoutMs: spanOf(
      "batchEvents.timeout",
      timeout,
      SECOND,
      Number.MAX_SAFE_INTEGER,
      "of 1s or more, without days or weeks",
      findings,
    ),
    ...keyOf("batchEvents.key", given.key, findings),
    ...(condition === undefined ? {} : { if: condition }),
  };
}

function readPriority(value: Json | undefined, findings: Findings): string | undefined {
  const given = objectOf("priority", value, ["run"], findings);
  return given === null ? undefined : keyOf("priority.run", given.run, findings).key;
}

function readSingleton(value: Json | undefined, findings: Findings): Flow["singleton"] {
  const given = objectOf("singleton", value, ["mode", "key"], findings);
  if (given === null) return undefined;
  const { mode } = given;
  if (mode !== "skip" && mode !== "cancel") {
    findings.invalid('singleton.mode must be "skip" or "cancel".');
    return undefined;
  }
  return { mode, ...keyOf("singleton.key", given.key, findings) };
}

/** Null: the option is not used, or is no object. */
function objectOf(
  option: string,
  value: Json | undefined,
  known: string[],
  findings: Findings,
): JsonObject | null {
  if (isAbsent(value)) return null;
  if (!isObject(value)) {
    findings.invalid(`${option} must be an object with ${known.map((key) => `\`${key}\``).join(", ")}.`);
    return null;
  }
  for (const key of unknownKeys(value, known)) findings.notBuilt(`${option}.${key}`);
  return value;
}

function wholeOf(name: string, value: Json | undefined, least: number, findings: Findings): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= least) return value;
  findings.invalid(`${name} (${JSON.stringify(value ?? null)}) must be a whole number, ${least} or more.`);
  return least;
}

function spanOf(
  name: string,
  value: Json | undefined,
  leastMs: DurationMs,
  mostMs: DurationMs,
  says: string,
  findings: Findings,
): DurationMs {
  const ms = typeof value === "string" ? findings.checks.duration(value) : null;
  if (ms !== null && ms >= leastMs && ms <= mostMs) return ms;
  findings.invalid(`${name} (${JSON.stringify(value ?? null)}) is not a duration ${says}.`);
  return Math.max(leastMs, SECOND);
}

function keyOf(name: string, value: Json | undefined, findings: Findings): { key?: string } {
  if (value === undefined || value === null || value === "") return {};
  if (typeof value !== "string") {
    findings.invalid(`${name} must be text: an expression over \`event\`.`);
    return {};
  }
  const why = findings.checks.expression(value);
  if (why !== null) findings.invalid(`${name} (${value}) is not valid: ${why}`);
  return { key: value };
}
