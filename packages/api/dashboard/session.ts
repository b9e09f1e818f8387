/** Who uses the dashboard, and what they may do. */

/** `viewer` reads, `operator` also acts on runs, events and functions, `admin` also on apps, keys and users. */
export const roles = ["viewer", "operator", "admin"] as const;
export type Role = (typeof roles)[number];

/** What an API key may do beside the role that each scope stands for. */
export const scopes = [
  "read",
  "runs:write",
  "events:write",
  "functions:write",
  "apps:write",
  "settings",
] as const;
export type Scope = (typeof scopes)[number];

export interface Actor {
  id: string;
  name: string;
  role: Role;
}

/** What the pages need to know before anything else; answered to everybody. */
export interface SessionView {
  /** `dev`: open, everybody is admin. `start`: sign-in. `mounted`: the app around it says who it is. */
  mode: "dev" | "start" | "mounted";
  /** Null: not signed in. */
  user: Actor | null;
  /** No admin exists yet: only the set-up page is served. */
  setupNeeded: boolean;
  /** Ways to sign in; null where there is nothing to sign in to. */
  signIn: { password: boolean; oidc: { label: string; href: string } | null } | null;
  /** To be sent as `x-stepwell-csrf` with every write; null: not signed in. */
  csrf: string | null;
  /** The sign-in is over then at the latest; null: it has no end. */
  expiresAt: string | null;
  version: string;
  /** The server's time, and how far the dev clock was moved. */
  now: string;
  clockOffsetMs: number;
  /** The dev clock can be moved (`POST {server}/dev/clock`). */
  clockMovable: boolean;
}

export interface SignInBody {
  name: string;
  password: string;
}
export interface SetUpBody extends SignInBody {
  /** Of the link in the server's log. */
  token: string;
}
export interface ChangePasswordBody {
  current: string;
  next: string;
}

/** One sign-in of the user who asks. */
export interface SignInSession {
  id: string;
  current: boolean;
  createdAt: string;
  lastSeenAt: string;
  expiresAt: string;
  /** The browser's own words, shortened; null: it said none. */
  userAgent: string | null;
  address: string | null;
}
