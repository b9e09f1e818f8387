/**
 * One element of a sync's `functions` (wire.md §3.3): checked, and turned into a `FunctionConfig`.
 * Nothing is accepted and ignored: an option that is not built, or not known, refuses the sync.
 * Null and empty options count as absent, because other SDKs send them (W-6).
 */
import type { DurationMs, FunctionConfig, Json, JsonObject } from "@stepwell/core";
import { readConcurrency } from "./function-concurrency.ts";
import { readCancelOn, readTimeouts } from "./function-ends.ts";
import { readFlow } from "./function-flow.ts";
import { isObject } from "./json.ts";
import { readTriggers } from "./triggers.ts";

/** Judges that live in other rooms. Each returns the reason against a text, or null when it is good. */
export interface Checks {
  expression(source: string): string | null;
  /** `cancelOn.if`: over `event` and `async`, by the restrictive policy (semantics §4.4). */
  cancelExpression(source: string): string | null;
  cron(source: string): string | null;
  /** Milliseconds of a duration text (semantics §12); null: it is none. */
  duration(source: string): DurationMs | null;
}

export interface Problem {
  code: "sync_refused" | "option_not_built" | "combo_unsupported";
  text: string;
}

/** Collects what is wrong with one function; each text names function, option and cure. */
export interface Findings {
  readonly slug: string;
  readonly checks: Checks;
  invalid(text: string): void;
  /** Two options that exclude each other (semantics §6.1). */
  combination(one: string, other: string): void;
  notBuilt(option: string, cure?: string): void;
}

const DEFAULT_RETRIES = 4;
const MAX_RETRIES = 20;
const KNOWN = new Set([
  "id",
  "name",
  "triggers",
  "steps",
  "concurrency",
  "idempotency",
  "batchEvents",
  "rateLimit",
  "throttle",
  "debounce",
  "priority",
  "timeouts",
  "singleton",
  "cancel",
]);

/** Reads one function of a sync; `index` is its place in the list. */
export function readFunction(
  item: Json,
  index: number,
  checks: Checks,
): { config: FunctionConfig } | { problems: Problem[] } {
  if (!isObject(item) || typeof item.id !== "string" || item.id.trim() === "")
    return {
      problems: [
        { code: "sync_refused", text: `Function ${index + 1} of the list has no id. Give it an \`id\`.` },
      ],
    };
  const problems: Problem[] = [];
  const slug = item.id;
  const findings: Findings = {
    slug,
    checks,
    invalid: (text) => problems.push({ code: "sync_refused", text: `Function "${slug}": ${text}` }),
    combination: (one, other) =>
      problems.push({
        code: "combo_unsupported",
        text: `Function "${slug}": ${one} cannot be combined with ${other} (combo_unsupported). Remove one of them.`,
      }),
    notBuilt: (option, cure = "Remove the option, or wait for the version that has it.") =>
      problems.push({
        code: "option_not_built",
        text: `Function "${slug}": ${option} is not built yet in this version of Stepwell. ${cure}`,
      }),
  };
  for (const key of Object.keys(item))
    if (!KNOWN.has(key) && !isAbsent(item[key])) findings.notBuilt(`the option ${key}`);
  const step = readStep(item.steps, findings);
  const cancelOn = readCancelOn(item.cancel, findings);
  const timeouts = readTimeouts(item.timeouts, findings);
  const config: FunctionConfig = {
    slug,
    name: typeof item.name === "string" && item.name !== "" ? item.name : slug,
    triggers: readTriggers(item.triggers, findings),
    url: step.url,
    maxAttempts: step.maxAttempts,
    concurrency: readConcurrency(item.concurrency, findings),
    ...readFlow(item, findings),
    ...(cancelOn === undefined ? {} : { cancelOn }),
    ...(timeouts === undefined ? {} : { timeouts }),
  };
  return problems.length > 0 ? { problems } : { config };
}

/** Absent, null, or empty: nothing was asked for. */
export function isAbsent(value: Json | undefined): boolean {
  if (value === undefined || value === null || value === "") return true;
  if (Array.isArray(value)) return value.length === 0;
  return isObject(value) && Object.values(value).every((part) => part === null);
}

function readStep(steps: Json | undefined, findings: Findings): { url: string; maxAttempts: number } {
  const nothing = { url: "", maxAttempts: DEFAULT_RETRIES + 1 };
  const entries = isObject(steps) ? Object.values(steps) : [];
  const step = entries[0];
  if (entries.length !== 1 || !isObject(step)) {
    findings.invalid("`steps` must hold exactly one step. Use an SDK of version 3 or 4.");
    return nothing;
  }
  return { url: readUrl(step.runtime, findings), maxAttempts: readRetries(step.retries, findings) + 1 };
}

/** Connect apps say `ws`, or `http` with a `wss:` URL for their failure handlers (wire.md §3.3). */
function readUrl(runtime: Json | undefined, findings: Findings): string {
  const url = isObject(runtime) && typeof runtime.url === "string" ? runtime.url : "";
  const type = isObject(runtime) && typeof runtime.type === "string" ? runtime.type : "http";
  if (type === "ws" || /^wss?:/i.test(url))
    findings.notBuilt("Connect (runtime `ws`)", "Use `serve()` instead of `connect()`.");
  else if (type !== "http")
    findings.invalid(`the runtime type "${type}" is not known. Use \`serve()\` of the SDK.`);
  else if (!/^https?:\/\//i.test(url) || !URL.canParse(url))
    findings.invalid(
      `its step URL "${url}" is not an http or https URL. Set \`serveOrigin\` and \`servePath\` of \`serve()\`.`,
    );
  return url;
}

/** Clamped to 0…20 (semantics §2.1). */
function readRetries(retries: Json | undefined, findings: Findings): number {
  const attempts = isObject(retries) ? retries.attempts : retries;
  if (attempts === undefined || attempts === null) return DEFAULT_RETRIES;
  if (typeof attempts !== "number" || !Number.isInteger(attempts)) {
    findings.invalid("`retries` must be a whole number from 0 to 20.");
    return DEFAULT_RETRIES;
  }
  return Math.min(Math.max(attempts, 0), MAX_RETRIES);
}

/** Names the keys of an object that nobody reads. */
export function unknownKeys(value: JsonObject, known: readonly string[]): string[] {
  return Object.keys(value).filter((key) => !known.includes(key) && !isAbsent(value[key]));
}
