/**
 * Signing in at an identity provider: `/oidc/start` sends the browser there, `/oidc/callback` gets it back.
 * What has to be remembered meanwhile (state, nonce, PKCE verifier, where to go on) is in a signed cookie.
 */
import { randomBytes } from "node:crypto";
import { StepwellError, type UserRow } from "@stepwell/core";
import type { Context } from "hono";
import * as client from "openid-client";
import { addressOf, isHttps } from "../../connection.ts";
import type { ServerOptions } from "../../context.ts";
import { hostOf } from "../../guard.ts";
import { asRefusal } from "../../reply.ts";
import { userCaller } from "./access.ts";
import { type AccessStore, hasAdmin } from "./accounts.ts";
import { type Attempts, sharedAccounts } from "./attempts.ts";
import { writeAudit } from "./audit.ts";
import { cookieHeader, readCookie } from "./cookie.ts";
import { type OidcOptions, oidcPaths } from "./oidc-options.ts";
import { failurePage } from "./oidc-page.ts";
import { type Claims, userOf } from "./oidc-user.ts";
import { isSame, signText } from "./secret.ts";
import { openSignIn } from "./sign-ins.ts";

/** What a sign-in under way remembers. */
interface Pending {
  state: string;
  nonce: string;
  verifier: string;
  next: string;
  until: number;
}

const PENDING_SECONDS = 600;
const TIMEOUT_SECONDS = 10;

export interface OidcRoutes {
  start(c: Context): Promise<Response>;
  finish(c: Context): Promise<Response>;
}

export function createOidc(options: ServerOptions, oidc: OidcOptions, attempts: Attempts): OidcRoutes {
  const provider = createProvider(oidc);
  // Of this process: a sign-in does not outlive a restart in the middle of it.
  const signingKey = randomBytes(32);
  return {
    start: (c) => guarded(c, options, () => start(c.req.raw, options, provider, signingKey)),
    finish: (c) =>
      guarded(c, options, (requestId) =>
        finish(c.req.raw, { options, oidc, provider, signingKey, attempts, requestId }),
      ),
  };
}

/** What failed is told on a page of its own: a browser came here by a link. */
async function guarded(
  c: Context,
  { engine, log }: ServerOptions,
  answer: (requestId: string) => Promise<Response>,
): Promise<Response> {
  const requestId = engine.newId();
  try {
    return await answer(requestId);
  } catch (error) {
    const refusal = asRefusal(error) ?? new StepwellError("internal", undefined, { cause: error });
    const cause = refusal.cause instanceof Error ? `: ${refusal.cause.message}` : "";
    log({
      level: refusal.status >= 500 ? "error" : "warn",
      event: "oidc.failed",
      message: `sign-in at the identity provider failed: ${refusal.message}${cause}`,
      code: refusal.code,
      requestId,
      path: c.req.path,
    });
    return failurePage(refusal, requestId);
  }
}

async function start(
  request: Request,
  options: ServerOptions,
  provider: Provider,
  signingKey: Buffer,
): Promise<Response> {
  const { engine, trustProxy = false } = options;
  await refuseBeforeSetup(engine);
  const pending: Pending = {
    state: client.randomState(),
    nonce: client.randomNonce(),
    verifier: client.randomPKCECodeVerifier(),
    next: sameSitePath(new URL(request.url).searchParams.get("next")),
    until: engine.now() + PENDING_SECONDS * 1000,
  };
  const value = seal(pending, signingKey);
  const cookie = cookieHeader(request, "stepwell-oidc", trustProxy, {
    value,
    maxAgeSeconds: PENDING_SECONDS,
  });
  const location = client.buildAuthorizationUrl(await provider(), {
    redirect_uri: callbackUrl(request, trustProxy).href,
    scope: "openid profile email",
    state: pending.state,
    nonce: pending.nonce,
    code_challenge: await client.calculatePKCECodeChallenge(pending.verifier),
    code_challenge_method: "S256",
  });
  return redirect(location.href, [cookie]);
}

interface Finish {
  options: ServerOptions;
  oidc: OidcOptions;
  provider: Provider;
  signingKey: Buffer;
  attempts: Attempts;
  requestId: string;
}

async function finish(
  request: Request,
  { options, oidc, provider, signingKey, attempts, requestId }: Finish,
): Promise<Response> {
  const { engine, trustProxy = false } = options;
  await refuseBeforeSetup(engine);
  const address = addressOf(request, trustProxy);
  const sealed = readCookie(request, "stepwell-oidc", trustProxy);
  const pending = sealed === null ? null : unseal(sealed, signingKey);
  // Nothing is written down for who did not begin here.
  if (pending === null || engine.now() >= pending.until)
    throw new StepwellError(
      "oidc_failed",
      "The sign-in took longer than 10 minutes, or began in another browser.",
    );
  const forget = attempts.begin(sharedAccounts.oidc, address);
  const about = { engine, address, requestId };
  let user: UserRow | null = null;
  try {
    const claims = await claimsOf(await provider(), callbackUrl(request, trustProxy), request, pending);
    user = await userOf(engine, oidc, claims);
    const opened = await openSignIn(engine, user, request, { trustProxy, address });
    forget();
    const end = { outcome: "done", target: `user ${user.name}`, detail: { by: "oidc" } } as const;
    await writeAudit("session.create", { ...about, caller: userCaller(user) }, end);
    const gone = cookieHeader(request, "stepwell-oidc", trustProxy, { value: "", maxAgeSeconds: 0 });
    return redirect(pending.next, [opened.cookie, gone]);
  } catch (error) {
    const caller =
      user === null
        ? { id: "", name: "", role: "viewer" as const, kind: "nobody" as const }
        : userCaller(user);
    await writeAudit("session.create", { ...about, caller }, { outcome: "refused", error });
    throw error;
  }
}

/** @throws StepwellError `oidc_failed`, `oidc_unavailable` */
async function claimsOf(
  config: client.Configuration,
  callback: URL,
  request: Request,
  { state, nonce, verifier }: Pending,
): Promise<Claims> {
  callback.search = new URL(request.url).search;
  try {
    const tokens = await client.authorizationCodeGrant(config, callback, {
      expectedState: state,
      expectedNonce: nonce,
      pkceCodeVerifier: verifier,
      idTokenExpected: true,
    });
    const claims = tokens.claims();
    if (claims === undefined) throw new Error("the answer holds no ID token");
    return claims as Claims;
  } catch (cause) {
    throw new StepwellError(isOutage(cause) ? "oidc_unavailable" : "oidc_failed", undefined, { cause });
  }
}

/** The provider did not answer, or not as one does. */
function isOutage(error: unknown): boolean {
  if (error instanceof TypeError) return true;
  const { name, code } = error as { name?: string; code?: string };
  return name === "TimeoutError" || code === "OAUTH_TIMEOUT" || code === "OAUTH_RESPONSE_IS_NOT_CONFORM";
}

async function refuseBeforeSetup(store: AccessStore): Promise<void> {
  if (!hasAdmin(await store.read.users())) throw new StepwellError("setup_needed");
}

type Provider = () => Promise<client.Configuration>;

/** What the provider says of itself is asked for at the first sign-in, again after a failure, else kept. */
function createProvider({ issuer, clientId, clientSecret }: OidcOptions): Provider {
  let known: Promise<client.Configuration> | null = null;
  return async () => {
    known ??= discover(issuer, clientId, clientSecret);
    try {
      return await known;
    } catch (cause) {
      known = null;
      throw new StepwellError("oidc_unavailable", undefined, { cause });
    }
  };
}

async function discover(
  issuer: string,
  clientId: string,
  secret: string | null,
): Promise<client.Configuration> {
  const url = new URL(issuer);
  const config = await client.discovery(
    url,
    clientId,
    secret ?? undefined,
    secret === null ? client.None() : undefined,
    {
      timeout: TIMEOUT_SECONDS,
      // The settings take plain http for loopback only.
      execute: url.protocol === "http:" ? [client.allowInsecureRequests] : [],
    },
  );
  // The token comes straight from the provider; its signature is looked at all the same.
  client.enableNonRepudiationChecks(config);
  return config;
}

function callbackUrl(request: Request, trustProxy: boolean): URL {
  const scheme = isHttps(request, trustProxy) ? "https" : "http";
  return new URL(`${scheme}://${hostOf(request)}${oidcPaths.callback}`);
}

/** A page of this server, else the first one: a link must lead nobody elsewhere. */
export function sameSitePath(next: string | null): string {
  if (next === null || !next.startsWith("/")) return "/";
  const here = "http://here.invalid";
  if (!URL.canParse(next, here)) return "/";
  const url = new URL(next, here);
  return url.origin === here ? `${url.pathname}${url.search}`.replace(/^\/+/, "/") : "/";
}

function seal(pending: Pending, key: Buffer): string {
  const text = Buffer.from(JSON.stringify(pending)).toString("base64url");
  return `${text}.${signText(key, text)}`;
}

function unseal(sealed: string, key: Buffer): Pending | null {
  const [text = "", signature = ""] = sealed.split(".");
  if (!isSame(signature, signText(key, text))) return null;
  return JSON.parse(Buffer.from(text, "base64url").toString()) as Pending;
}

function redirect(location: string, cookies: [string, string][]): Response {
  return new Response(null, {
    status: 302,
    headers: [
      ["location", location],
      ["cache-control", "no-store"],
      ["referrer-policy", "no-referrer"],
      ...cookies,
    ],
  });
}
