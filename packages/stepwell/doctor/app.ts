/** An app as the server would meet it: reachable, of the same mind about the mode, with the same keys and time. */
import { createHash } from "node:crypto";
import { bearerOf, header, signPayload, signRequestBody } from "@stepwell/protocol";
import type { Settings } from "@stepwell/server";
import { type Answer, kindHeader, probe, readSeen, type Seen } from "../app-probe.ts";
import { broken, type Check, ok, warning } from "./check.ts";

const TIMEOUT_MS = 5_000;
/** An app refuses signatures that are older or newer than this (wire.md §2). */
const TOLERANCE_MS = 5 * 60_000;
const NOTABLE_MS = 30_000;

export interface AppCheckOptions {
  settings: Settings;
  /** Where the server answers or will, for the cures. */
  serverUrl: string;
  /** Milliseconds. */
  now: () => number;
}

type SeenApp = Extract<Seen, { is: "app" }>;

export async function checkApp(url: string, options: AppCheckOptions): Promise<Check[]> {
  const { mode } = options.settings;
  const headers = { ...kindHeader(mode), ...signatureOf("", options) };
  const answer = await probe(url, { headers, timeoutMs: TIMEOUT_MS });
  if ("failure" in answer) {
    const says = answer.failure === "closed" ? `nobody listens at ${url}` : `${url} does not answer`;
    return [notReached(url, `${says} (${answer.message})`, options.settings)];
  }
  const clock = checkClock(url, answer, options);
  const seen = readSeen(answer);
  if (seen.is === "other")
    return [
      broken(
        "app",
        `${url} answers HTTP ${answer.status}, but not as an Inngest SDK app`,
        "Check the path, which is where your code calls serve().",
      ),
      ...clock,
    ];
  return [
    await (mode === "dev" ? checkDev(url, seen, answer, options) : checkStart(url, seen, answer, options)),
    ...clock,
  ];
}

/** An app that is named must be there; one that dev met once may rest. */
function notReached(url: string, says: string, { mode, sdkUrls }: Settings): Check {
  const cure = "Start the app, or correct the address.";
  const isNeeded = mode === "start" || sdkUrls.includes(url);
  return isNeeded ? broken("app", says, cure) : warning("app", says, cure);
}

function checkDev(url: string, seen: Seen, answer: Answer, { serverUrl }: AppCheckOptions): Check {
  if (seen.is === "locked" || (seen.is === "app" && seen.mode === "cloud"))
    return broken(
      "app",
      `${url} is in cloud mode, so it trusts no dev server`,
      `Start it with INNGEST_DEV=${serverUrl}`,
    );
  return ok("app", wellText(url, seen, answer));
}

async function checkStart(url: string, seen: Seen, answer: Answer, options: AppCheckOptions): Promise<Check> {
  const { eventKeys, signingKey } = options.settings;
  if (seen.is === "app" && seen.mode === "dev")
    return broken(
      "app",
      `${url} is in dev mode: it takes calls from anybody`,
      "Start it with INNGEST_DEV=0.",
    );
  if (signingKey === null)
    return ok("app", `${wellText(url, seen, answer)}; keys not compared: none is set here`);
  if (seen.is === "locked" && seen.status === 500)
    return broken(
      "app",
      `${url} fails when it is asked (HTTP 500): it has no signing key, or its log says why`,
      "Give the app this server's key, as INNGEST_SIGNING_KEY.",
    );
  const isTrusted = seen.is === "app" && (await passesTrustProbe(url, options));
  if (seen.is !== "app" || !isTrusted)
    return broken(
      "app",
      `${url} refuses this server's signature: its signing key is another one${keyHint(seen, signingKey)}`,
      "Give the app the same key, as INNGEST_SIGNING_KEY.",
    );
  const { api_origin: origin, event_key_hash: hash, has_event_key: hasKey } = seen.inspection;
  if (typeof origin === "string" && /\binngest\.com\b/.test(origin))
    return broken(
      "app",
      `${url} has the right signing key, but talks to ${origin}`,
      `Start it with INNGEST_BASE_URL=${options.serverUrl} (or the address by which it reaches this server).`,
    );
  if (hasKey === false)
    return warning(
      "app",
      `${url} has no event key: it cannot send events`,
      "Give it one, as INNGEST_EVENT_KEY.",
    );
  if (typeof hash === "string" && !eventKeys.some((key) => sha256(key) === hash))
    return broken(
      "app",
      `${url} sends events with a key that this server does not know`,
      "Give the app one of this server's event keys, as INNGEST_EVENT_KEY.",
    );
  return ok("app", `${wellText(url, seen, answer)}; keys are the same`);
}

/** `POST ?probe=trust`: an app with our key answers 200 (wire.md §3.5). */
async function passesTrustProbe(url: string, options: AppCheckOptions): Promise<boolean> {
  const { signingKey, mode } = options.settings;
  if (signingKey === null) return false;
  const target = new URL(url);
  target.searchParams.set("probe", "trust");
  const { text, signature } = signRequestBody(signingKey, {}, Math.floor(options.now() / 1000));
  const answer = await probe(target.href, {
    method: "POST",
    headers: { ...kindHeader(mode), "content-type": "application/json", [header.signature]: signature },
    body: text,
    timeoutMs: TIMEOUT_MS,
  });
  return !("failure" in answer) && answer.status === 200;
}

function signatureOf(payload: string, { settings, now }: AppCheckOptions): Record<string, string> {
  if (settings.mode === "dev" || settings.signingKey === null) return {};
  return { [header.signature]: signPayload(settings.signingKey, payload, Math.floor(now() / 1000)) };
}

/** The first digits of the hashes, which tell nothing of the keys (wire.md §3.4). */
function keyHint(seen: Seen, signingKey: string): string {
  const theirs = seen.is === "app" ? seen.inspection.signing_key_hash : undefined;
  if (typeof theirs !== "string") return "";
  const ours = bearerOf(signingKey)
    .replace(/^signkey-\w+-/, "")
    .slice(0, 12);
  return ours === theirs ? "" : ` (hash ${theirs}, here ${ours})`;
}

function checkClock(url: string, { headers }: Answer, { settings, now }: AppCheckOptions): Check[] {
  const skew = Date.parse(headers.date ?? "") - now();
  if (Number.isNaN(skew) || Math.abs(skew) < NOTABLE_MS) return [];
  const says = `the clock of ${url} is ${Math.round(Math.abs(skew) / 1000)} s ${skew > 0 ? "ahead" : "behind"}`;
  const cure = "Set both clocks (NTP).";
  return settings.mode === "start" && Math.abs(skew) > TOLERANCE_MS
    ? [broken("clock", `${says}: signatures are refused from 300 s on`, cure)]
    : [warning("clock", says, cure)];
}

function wellText(url: string, seen: Seen, { headers }: Answer): string {
  const functions = (seen as SeenApp).functions;
  const sdk = headers[header.sdk];
  return [
    `${url} answers`,
    ...(functions === null || functions === undefined ? [] : [`${functions} functions`]),
    ...(sdk === undefined ? [] : [sdk]),
  ].join(", ");
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
