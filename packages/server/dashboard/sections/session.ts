/** The session's calls: who is signed in, signing in and out, the set-up, one's own password and sign-ins. */

import type { SessionView } from "@stepwell/api/dashboard";
import type { sessionSchemas } from "@stepwell/api/dashboard/schemas";
import { type SignInRow, StepwellError, type UserRow } from "@stepwell/core";
import { isoTime } from "../../reply.ts";
import { type Access, userCaller } from "../access/access.ts";
import { addFirstAdmin, changeOwnPassword, findByName, hasAdmin } from "../access/accounts.ts";
import { sharedAccounts } from "../access/attempts.ts";
import { cookieHeader, readCookie, refuseWithoutCookies } from "../access/cookie.ts";
import { oidcSignIn } from "../access/oidc-options.ts";
import { hashPassword, isWeakHash, matchesPassword } from "../access/password.ts";
import { csrfOf, endOf, endSignIn, hasEnded, type Opened, openSignIn } from "../access/sign-ins.ts";
import type { Call, Caller, Handlers } from "../call.ts";
import type { Frame } from "../frame.ts";

export type SessionNames = keyof typeof sessionSchemas;
type Any = Pick<Call<SessionNames>, "engine" | "options" | "request" | "caller" | "signIn" | "address">;

/** What refuses a flood before it gets to the audit log or to a password. */
export function sessionGuards({ attempts }: Access): NonNullable<Frame["before"]> {
  return {
    signIn({ request, options, body, address }) {
      refuseInDev(options.mode);
      refuseWithoutCookies(request, options.trustProxy ?? false);
      attempts.refuse(body.name, address);
    },
    setUp({ request, options, address }) {
      refuseInDev(options.mode);
      refuseWithoutCookies(request, options.trustProxy ?? false);
      attempts.refuse(sharedAccounts.setup, address);
    },
  };
}

export function sessionHandlers({ attempts }: Access): Handlers<SessionNames> {
  return {
    async getSession(call) {
      return { data: await viewOf(call, call.caller) };
    },

    async signIn(call) {
      const { engine, address, body } = call;
      const forget = attempts.begin(body.name, address);
      const user = await checkPassword(call, body.name, body.password);
      const opened = await openSignIn(engine, user, call.request, { ...trustOf(call), address });
      forget();
      return signedIn(call, user, opened);
    },

    async signOut(call) {
      const { engine, request, signIn } = call;
      if (signIn !== null) await endSignIn(engine, signIn.id);
      const { trustProxy } = trustOf(call);
      const data = await viewOf({ ...call, signIn: null }, signIn === null ? call.caller : null);
      if (readCookie(request, "stepwell", trustProxy) === null) return { data };
      const gone = { value: "", maxAgeSeconds: 0 };
      return { data, headers: [cookieHeader(request, "stepwell", trustProxy, gone)] };
    },

    async setUp(call) {
      const { engine, address, body, options } = call;
      const forget = attempts.begin(sharedAccounts.setup, address);
      const { setup } = options;
      if (setup === undefined) throw new StepwellError("setup_token_invalid");
      if (hasAdmin(await engine.read.users())) throw new StepwellError("setup_done");
      setup.check(body.token, engine.now());
      const user = await addFirstAdmin(engine, body);
      setup.close();
      forget();
      const opened = await openSignIn(engine, user, call.request, { ...trustOf(call), address });
      return signedIn(call, user, opened);
    },

    async changePassword(call) {
      const { engine, address, body, signIn } = call;
      const user = await ownUser(call);
      const forget = attempts.begin(user.name, address);
      if (signIn === null || !(await matchesPassword(user.passwordHash, body.current)))
        throw new StepwellError("password_wrong");
      forget();
      await changeOwnPassword(engine, user, body.next, signIn.id);
      return { data: { done: true }, target: `user ${user.name}` };
    },

    async listSessions({ engine, caller, signIn }) {
      const rows = await engine.read.signInsOf(caller.id);
      const now = engine.now();
      const open = rows.filter((row) => !hasEnded(row, now));
      return { data: open.map((row) => sessionLine(row, signIn)) };
    },

    async endSession({ engine, caller, params }) {
      const rows = await engine.read.signInsOf(caller.id);
      const own = rows.find(({ id }) => id === params.id);
      if (own === undefined) throw new StepwellError("not_found", "There is no such sign-in of yours.");
      await endSignIn(engine, own.id);
      return { data: { done: true }, target: `user ${caller.name}` };
    },
  };
}

function refuseInDev(mode: "dev" | "start"): void {
  if (mode === "dev") throw new StepwellError("not_found", "dev has no accounts: everybody is admin.");
}

const trustOf = ({ options }: Pick<Any, "options">): { trustProxy: boolean } => ({
  trustProxy: options.trustProxy ?? false,
});

/**
 * The same answer in the same time, whether the name is unknown, the user disabled or the password wrong.
 * @throws StepwellError `sign_in_failed`
 */
async function checkPassword({ engine }: Any, name: string, password: string): Promise<UserRow> {
  const user = findByName(await engine.read.users(), name);
  const hash = user === undefined || user.disabled ? null : user.passwordHash;
  const isRight = await matchesPassword(hash, password);
  if (user === undefined || hash === null || !isRight) throw new StepwellError("sign_in_failed");
  if (!isWeakHash(hash)) return user;
  const passwordHash = await hashPassword(password);
  return engine.commit({ users: true }, ({ users }) => {
    const now = users.find(({ id }) => id === user.id);
    if (now?.passwordHash !== hash) throw new StepwellError("sign_in_failed");
    const stronger = { ...now, passwordHash };
    return { write: [{ update: "users", key: { id: user.id }, set: { passwordHash } }], reply: stronger };
  });
}

/** @throws StepwellError `not_found` for who has no account here */
async function ownUser({ engine, caller }: Any): Promise<UserRow> {
  const user =
    caller.kind === "user" ? (await engine.read.users()).find(({ id }) => id === caller.id) : undefined;
  if (user === undefined) throw new StepwellError("not_found", "You have no account on this server.");
  return user;
}

async function signedIn(call: Any, user: UserRow, { signIn, csrf, cookie }: Opened) {
  const caller = userCaller(user);
  const data = { ...(await viewOf({ ...call, signIn }, caller)), csrf };
  return { data, headers: [cookie], actor: caller, target: `user ${user.name}` };
}

/** @param caller null: nobody */
async function viewOf(call: Any, caller: Caller | null): Promise<SessionView> {
  const { engine, options, request, signIn } = call;
  const { mode } = options;
  const known = caller === null || caller.kind === "nobody" ? null : caller;
  const token = signIn === null ? null : readCookie(request, "stepwell", options.trustProxy ?? false);
  const { now, offsetMs } = engine.clock();
  return {
    mode: known?.kind === "mounted" ? "mounted" : mode,
    user: known === null ? null : { id: known.id, name: known.name, role: known.role },
    setupNeeded: mode === "start" && !hasAdmin(await engine.read.users()),
    signIn: mode === "dev" ? null : { password: true, oidc: oidcSignIn(options.oidc) },
    csrf: mode === "dev" ? "dev" : token === null ? null : csrfOf(token),
    expiresAt: signIn === null ? null : isoTime(endOf(signIn)),
    version: options.version,
    now: isoTime(now),
    clockOffsetMs: offsetMs,
    clockMovable: mode === "dev",
  };
}

function sessionLine(row: SignInRow, current: SignInRow | null) {
  return {
    id: row.id,
    current: row.id === current?.id,
    createdAt: isoTime(row.createdAt),
    lastSeenAt: isoTime(row.lastSeenAt),
    expiresAt: isoTime(endOf(row)),
    userAgent: row.userAgent,
    address: row.address,
  };
}
