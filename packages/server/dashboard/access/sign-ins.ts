/**
 * Signed-in browsers. The cookie holds a random token, the store its hash. A sign-in ends after 12 hours
 * without a request, after 7 days, when it is ended, or with its user.
 */
import type { DurationMs, Instant, SignInRow, UserRow } from "@stepwell/core";
import { StepwellError } from "@stepwell/core";
import type { AccessStore } from "./accounts.ts";
import { cookieHeader, readCookie } from "./cookie.ts";
import { hashSecret, newSecret, signText } from "./secret.ts";

export const IDLE_MS: DurationMs = 12 * 3_600_000;
export const LONGEST_MS: DurationMs = 7 * 24 * 3_600_000;
/** `lastSeenAt` is written at most that often. */
const SEEN_EVERY_MS: DurationMs = 60_000;
const MOST_SWEPT = 100;

export interface SignedIn {
  signIn: SignInRow;
  user: UserRow;
  /** What the header of each write has to hold. */
  csrf: string;
}

/** Null: the request carries no sign-in that is still good. */
export async function findSignedIn(
  store: AccessStore,
  request: Request,
  trustProxy: boolean,
  users: readonly UserRow[],
): Promise<SignedIn | null> {
  const token = readCookie(request, "stepwell", trustProxy);
  if (token === null || token === "") return null;
  const signIn = await store.read.signIn(hashSecret(token));
  if (signIn === null || hasEnded(signIn, store.now())) return null;
  const user = users.find(({ id }) => id === signIn.userId);
  if (user === undefined || user.disabled) return null;
  return { signIn, user, csrf: csrfOf(token) };
}

export function hasEnded({ expiresAt, lastSeenAt }: SignInRow, now: Instant): boolean {
  return now >= expiresAt || now - lastSeenAt >= IDLE_MS;
}

/** When it ends if nothing more comes. */
export function endOf({ expiresAt, lastSeenAt }: SignInRow): Instant {
  return Math.min(expiresAt, lastSeenAt + IDLE_MS);
}

/** Bound to the token, which is nowhere but in the cookie. */
export function csrfOf(token: string): string {
  return signText(token, "stepwell csrf");
}

/** Keeps a sign-in that is used from ending. */
export async function markSeen(store: AccessStore, { signIn, user }: SignedIn): Promise<void> {
  const now = store.now();
  if (now - signIn.lastSeenAt < SEEN_EVERY_MS) return;
  await store.commit({}, () => ({
    write: [
      { update: "signIns", key: { id: signIn.id }, set: { lastSeenAt: now } },
      { update: "users", key: { id: user.id }, set: { lastSeenAt: now } },
    ],
    reply: null,
  }));
}

export interface Opened {
  signIn: SignInRow;
  csrf: string;
  cookie: [name: string, value: string];
}

/**
 * Opens a sign-in for a user as they were when their secret was checked.
 * @throws StepwellError `sign_in_failed` when the user is gone, disabled or has another password meanwhile;
 * `https_required`
 */
export async function openSignIn(
  store: AccessStore,
  checked: UserRow,
  request: Request,
  { trustProxy, address }: { trustProxy: boolean; address: string | null },
): Promise<Opened> {
  const token = newSecret();
  const maxAgeSeconds = LONGEST_MS / 1000;
  const cookie = cookieHeader(request, "stepwell", trustProxy, { value: token, maxAgeSeconds });
  const expired = await store.read.expiredSignIns(store.now() + 1, MOST_SWEPT);
  // The browser has one cookie: what it held before is nobody's any more.
  const former = hashSecret(readCookie(request, "stepwell", trustProxy) ?? "");
  const ended = new Set([...expired.map(({ id }) => id), former]);
  const signIn = await store.commit({ users: true }, ({ users }, { now }) => {
    const user = users.find(({ id }) => id === checked.id);
    if (user === undefined || user.disabled || user.passwordHash !== checked.passwordHash)
      throw new StepwellError("sign_in_failed");
    const row: SignInRow = {
      id: hashSecret(token),
      userId: user.id,
      createdAt: now,
      lastSeenAt: now,
      expiresAt: now + LONGEST_MS,
      userAgent: request.headers.get("user-agent")?.slice(0, 200) ?? null,
      address,
    };
    return {
      write: [
        ...[...ended].map((id) => ({ remove: "signIns" as const, key: { id } })),
        { insert: "signIns", row },
        { update: "users", key: { id: user.id }, set: { lastSeenAt: now } },
      ],
      reply: row,
    };
  });
  return { signIn, csrf: csrfOf(token), cookie };
}

export async function endSignIn(store: AccessStore, id: string): Promise<void> {
  await store.commit({}, () => ({ write: [{ remove: "signIns", key: { id } }], reply: null }));
}

/** Ends all sign-ins of a user but one. */
export async function endSignInsOf(store: AccessStore, userId: string, except: string | null): Promise<void> {
  const rows = (await store.read.signInsOf(userId)).filter(({ id }) => id !== except);
  if (rows.length === 0) return;
  await store.commit({}, () => ({
    write: rows.map(({ id }) => ({ remove: "signIns" as const, key: { id } })),
    reply: null,
  }));
}
