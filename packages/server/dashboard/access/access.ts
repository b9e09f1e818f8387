/**
 * Who makes a request to the dashboard's API, and whether the table lets them. In dev everybody is admin;
 * in start a request is a signed-in browser's (cookie), an API key's (header), or nobody's. A request with
 * an `Authorization` header is never taken for a browser's.
 */
import { type CallName, csrfHeader, includesRole, type Route, routes } from "@stepwell/api/dashboard";
import { type ApiKeyRow, type SignInRow, StepwellError, type UserRow } from "@stepwell/core";
import type { ServerOptions } from "../../context.ts";
import type { Caller } from "../call.ts";
import { hasAdmin } from "./accounts.ts";
import { actorOf, lowerRole, roleOf } from "./actor.ts";
import { type Attempts, createAttempts } from "./attempts.ts";
import { refuseCrossSite, refuseForm } from "./cross-site.ts";
import { findKey, markUsed } from "./keys.ts";
import { isSame } from "./secret.ts";
import { findSignedIn, markSeen, type SignedIn } from "./sign-ins.ts";

export interface Who {
  caller: Caller;
  signIn: SignInRow | null;
}

export interface Access {
  /**
   * @param refused told of a call that a known caller may not make, before it is refused; absent: nobody is
   * @throws StepwellError 401 or 403, with a code that says why
   */
  admit(
    request: Request,
    name: CallName,
    refused?: (caller: Caller, error: StepwellError) => Promise<void>,
  ): Promise<Who>;
  /** Who may read here; null: not, or no longer. Asking keeps no sign-in from ending. */
  callerOf(request: Request): Promise<Caller | null>;
  readonly attempts: Attempts;
}

const nobody: Caller = { id: "", name: "", role: "viewer", kind: "nobody" };
const devUser: Caller = { id: "dev", name: "dev", role: "admin", kind: "dev" };
/** What there is before an admin exists. */
const beforeSetup: ReadonlySet<CallName> = new Set(["getSession", "setUp"]);

export function createAccess(options: ServerOptions): Access {
  const { engine } = options;
  return {
    attempts: createAttempts(() => engine.now()),
    async admit(request, name, refused) {
      const route = routes[name];
      refuseCrossSite(request, route.method);
      const found = await findCaller(request, options, beforeSetup.has(name));
      refuseUnproven(request, route, found);
      const error = whyNot(route, found);
      if (error !== null) {
        if (found.caller.kind !== "nobody") await refused?.(found.caller, error);
        throw error;
      }
      await remember(options, found);
      return { caller: found.caller, signIn: found.signedIn?.signIn ?? null };
    },
    async callerOf(request) {
      try {
        const found = await findCaller(request, options, false);
        return whyNot(routes.getOverview, found) === null ? found.caller : null;
      } catch (error) {
        if (error instanceof StepwellError) return null;
        throw error;
      }
    },
  };
}

interface Found {
  caller: Caller;
  signedIn: SignedIn | null;
  key: ApiKeyRow | null;
}

/** @throws StepwellError `setup_needed`, `api_key_invalid`, `actor_invalid` */
async function findCaller(request: Request, options: ServerOptions, isSetup: boolean): Promise<Found> {
  if (options.mode === "dev") return { caller: devCaller(request), signedIn: null, key: null };
  const { engine, trustProxy = false } = options;
  const users = await engine.read.users();
  if (!isSetup && !hasAdmin(users)) throw new StepwellError("setup_needed");
  const authorization = request.headers.get("authorization");
  if (authorization !== null) {
    const key = await findKey(engine, authorization);
    return { caller: keyCaller(request, key), signedIn: null, key };
  }
  const signedIn = await findSignedIn(engine, request, trustProxy, users);
  return { caller: signedIn === null ? nobody : userCaller(signedIn.user), signedIn, key: null };
}

function devCaller(request: Request): Caller {
  const actor = actorOf(request);
  return actor === null ? devUser : { ...actor, kind: "mounted" };
}

/** A mounted dashboard says who acts; that is never more than its key may. */
function keyCaller(request: Request, { id, name, ending, scopes }: ApiKeyRow): Caller {
  const actor = actorOf(request);
  const role = roleOf(scopes);
  if (actor === null) return { id, name, role, kind: "key" };
  const key = `${name} …${ending}`;
  return { ...actor, role: lowerRole(actor.role, role), kind: "mounted", key };
}

export function userCaller({ id, name, role }: UserRow): Caller {
  return { id, name, role, kind: "user" };
}

/**
 * A browser that is signed in, or that stands before an open dev server, has to prove that it is our page
 * that writes: a foreign one cannot send our header.
 * @throws StepwellError `csrf_missing`
 */
function refuseUnproven(request: Request, { method, role }: Route, { caller, signedIn }: Found): void {
  if (method === "GET") return;
  const given = request.headers.get(csrfHeader);
  if (signedIn !== null) {
    if (given === null || !isSame(given, signedIn.csrf)) throw new StepwellError("csrf_missing");
  } else if (caller.kind === "dev") {
    // Any header that a form cannot send does.
    if (given === null && request.headers.get("authorization") === null)
      throw new StepwellError("csrf_missing");
  } else if (role === "public" && caller.kind === "nobody") refuseForm(request);
}

/** Null: the caller may. */
function whyNot({ role, scope }: Route, { caller, key }: Found): StepwellError | null {
  if (key !== null && scope === null)
    return new StepwellError("scope_missing", "This call is for people who are signed in, not for API keys.");
  if (key !== null && scope !== null && !key.scopes.includes(scope))
    return new StepwellError("scope_missing", `The API key does not hold the scope \`${scope}\`.`);
  if (role === "public") return null;
  if (caller.kind === "nobody") return new StepwellError("sign_in_required");
  // What a key may do is its scopes; who acts through it has a role beside that.
  if (caller.kind === "key" || includesRole(caller.role, role)) return null;
  return new StepwellError("role_too_low", `This needs the role ${role}; yours is ${caller.role}.`);
}

async function remember({ engine }: ServerOptions, { signedIn, key }: Found): Promise<void> {
  if (signedIn !== null) await markSeen(engine, signedIn);
  if (key !== null) await markUsed(engine, key);
}
