/**
 * Sync: an app tells its functions, by register call or in the answer of a PUT (wire.md §3.1,
 * §3.2; semantics §8.3). One bad function refuses the whole sync, and nothing changes.
 */
import { createHash } from "node:crypto";
import { type FunctionConfig, type Json, type JsonObject, StepwellError } from "@stepwell/core";
import { z } from "zod";
import type { WireRequest } from "./call.ts";
import { type Checks, type Problem, readFunction } from "./function-config.ts";
import { type HeaderMap, header, type ServerKind } from "./headers.ts";
import { canonicalText } from "./json.ts";
import { signRequestBody } from "./signing.ts";

/** What a sync says, checked and normalised. */
export interface Registration {
  appName: string;
  url: string;
  sdk: string;
  framework: string | null;
  platform: string | null;
  /** Branch environment of the app (wire.md §3.6); null: none. */
  env: string | null;
  appVersion: string | null;
  functions: FunctionConfig[];
  /** Of url and functions; an equal one makes a sync `modified: false`. */
  checksum: string;
}

const text = z.string().nullish();
const registerShape = z.object({
  url: z.string(),
  appName: text,
  /** The Python SDK's spelling. */
  appname: text,
  sdk: text,
  framework: text,
  platform: text,
  appVersion: text,
  functions: z.array(z.unknown()).nullish(),
});
const inBandShape = z.object({
  url: text,
  app_id: text,
  sdk: text,
  sdk_language: text,
  sdk_version: text,
  framework: text,
  platform: text,
  env: text,
  appVersion: text,
  functions: z.array(z.unknown()).nullish(),
});

/**
 * Reads the body of `POST /fn/register` (wire.md §3.1).
 * @param env header `x-inngest-env`
 * @param platform header `x-inngest-platform`: the body does not hold it
 * @throws StepwellError `app_name_missing`, `sync_refused`, `combo_unsupported` or `option_not_built`
 */
export function readRegistration(
  body: Json,
  env: string | null,
  checks: Checks,
  platform: string | null = null,
): Registration {
  const said = shaped(registerShape, body);
  return registration(
    {
      appName: said.appName || said.appname,
      url: said.url,
      sdk: said.sdk,
      framework: said.framework,
      platform: said.platform || platform,
      env,
      appVersion: said.appVersion,
      functions: said.functions,
    },
    checks,
  );
}

/**
 * Reads the answer of an in-band PUT (wire.md §3.2). `url` is the one that was asked for.
 * @throws StepwellError `app_name_missing`, `sync_refused`, `combo_unsupported` or `option_not_built`
 */
export function readInBand(body: Json, headers: HeaderMap, url: string, checks: Checks): Registration {
  const said = shaped(inBandShape, body);
  const version = said.sdk_language && said.sdk_version ? `${said.sdk_language}:v${said.sdk_version}` : "";
  return registration(
    {
      appName: said.app_id,
      url: said.url || url,
      sdk: said.sdk || version || headers[header.sdk],
      framework: said.framework || headers[header.framework],
      platform: said.platform || headers[header.platform],
      env: said.env || headers[header.env],
      appVersion: said.appVersion,
      functions: said.functions,
    },
    checks,
  );
}

/** The in-band sync request: `PUT` with exactly the URL in it (wire.md §3.2). */
export function writeSyncRequest(ask: {
  url: string;
  signingKey: string | null;
  serverKind: ServerKind;
  unixSeconds: number;
}): WireRequest {
  const body = { url: ask.url };
  const headers: Record<string, string> = {
    "content-type": "application/json",
    [header.serverKind]: ask.serverKind,
    [header.syncKind]: "in_band",
  };
  if (ask.signingKey === null) return { method: "PUT", url: ask.url, headers, body: JSON.stringify(body) };
  const signed = signRequestBody(ask.signingKey, body, ask.unixSeconds);
  headers[header.signature] = signed.signature;
  return { method: "PUT", url: ask.url, headers, body: signed.text };
}

/** The reply to a register call; `status` is in the body because SDKs look only there (wire.md §3.1). */
export function registerReply(outcome: { modified: boolean; appId?: string } | StepwellError): JsonObject {
  if (outcome instanceof StepwellError) return { status: outcome.status, error: outcome.message };
  const { modified, appId } = outcome;
  return { ok: true, modified, status: 200, ...(appId === undefined ? {} : { app_id: appId }) };
}

type Maybe = string | null | undefined;
interface Said {
  appName: Maybe;
  url: string;
  sdk: Maybe;
  framework: Maybe;
  platform: Maybe;
  env: Maybe;
  appVersion: Maybe;
  functions: unknown[] | null | undefined;
}

function registration(said: Said, checks: Checks): Registration {
  const appName = said.appName?.trim() ?? "";
  if (appName === "") throw new StepwellError("app_name_missing");
  if (!/^https?:\/\//i.test(said.url) || !URL.canParse(said.url))
    throw new StepwellError("sync_refused", `The app's URL "${said.url}" is not an http or https URL.`);
  const functions = readFunctions((said.functions ?? []) as Json[], checks);
  return {
    appName,
    url: said.url,
    sdk: said.sdk || "unknown",
    framework: said.framework || null,
    platform: said.platform || null,
    env: said.env || null,
    appVersion: said.appVersion || null,
    functions,
    checksum: checksumOf(said.url, functions),
  };
}

function readFunctions(items: Json[], checks: Checks): FunctionConfig[] {
  const functions: FunctionConfig[] = [];
  const problems: Problem[] = [];
  const slugs = new Set<string>();
  for (const [index, item] of items.entries()) {
    const read = readFunction(item, index, checks);
    if ("problems" in read) problems.push(...read.problems);
    else if (slugs.has(read.config.slug))
      problems.push({
        code: "sync_refused",
        text: `Function "${read.config.slug}": its id is used twice. Give each function its own id.`,
      });
    else {
      slugs.add(read.config.slug);
      functions.push(read.config);
    }
  }
  if (problems.length > 0) throw refusal(problems);
  return functions;
}

const SHOWN_PROBLEMS = 10;

/** One text with every problem, so that one round of mending is enough. The code is the narrowest that all have. */
function refusal(problems: Problem[]): StepwellError {
  const [first, ...others] = new Set(problems.map((problem) => problem.code));
  const code = first === undefined || others.length > 0 ? "sync_refused" : first;
  const shown = problems.slice(0, SHOWN_PROBLEMS).map((problem) => problem.text);
  if (problems.length > SHOWN_PROBLEMS) shown.push(`And ${problems.length - SHOWN_PROBLEMS} more.`);
  return new StepwellError(
    code,
    code === "option_not_built" ? shown.join(" ") : `At least one function is invalid. ${shown.join(" ")}`,
  );
}

function checksumOf(url: string, functions: FunctionConfig[]): string {
  const bySlug = [...functions].sort((a, b) => (a.slug < b.slug ? -1 : 1));
  const value = { url, functions: bySlug } as unknown as Json;
  return createHash("sha256").update(canonicalText(value)).digest("hex");
}

function shaped<T>(shape: z.ZodType<T>, body: Json): T {
  const read = shape.safeParse(body);
  if (read.success) return read.data;
  const issue = read.error.issues[0];
  const where = issue === undefined || issue.path.length === 0 ? "the body" : `\`${issue.path.join(".")}\``;
  throw new StepwellError("sync_refused", `The sync cannot be read: ${where}: ${issue?.message ?? "wrong"}.`);
}
