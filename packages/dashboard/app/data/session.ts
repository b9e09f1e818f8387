/** Who uses the dashboard, and what they may do. The server checks again; this only explains. */
import { type CallName, includesRole, routes, type SessionView } from "@stepwell/api/dashboard";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { keepCsrf } from "./boot.ts";
import { call } from "./call.ts";

export const sessionKey = ["getSession"] as const;

/** Asks who is signed in, and keeps the token for writes. @throws ApiFailure */
export async function fetchSession(): Promise<SessionView> {
  const { data } = await call("getSession");
  keepCsrf(data.csrf);
  return data;
}

/** The session; pages are only shown when it is known. */
export function useSession(): SessionView {
  const { data } = useQuery({
    queryKey: sessionKey,
    queryFn: fetchSession,
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (data === undefined) throw new Error("A page was shown before the session was known");
  return data;
}

/** To be called with the session that a sign-in, set-up or sign-out answered. */
export function useKeepSession(): (session: SessionView) => void {
  const client = useQueryClient();
  return (session) => {
    keepCsrf(session.csrf);
    client.setQueryData(sessionKey, session);
  };
}

/** Whether the user may make a call: `true`, or why not, naming the role that it needs. */
export function useCan(name: CallName): true | string {
  const { user } = useSession();
  return mayCall(name, user?.role ?? null);
}

/** The same for a known role; null: nobody is signed in. */
export function mayCall(
  name: CallName,
  role: NonNullable<SessionView["user"]>["role"] | null,
): true | string {
  const needs = routes[name].role;
  if (needs === "public") return true;
  if (role === null) return "Sign in first";
  if (includesRole(role, needs)) return true;
  return `Needs the role ${needs}; yours is ${role}`;
}
