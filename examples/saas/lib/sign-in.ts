/** The two ways into a session; both answer with the Set-Cookie lines that carry it. */
import { services } from "@/services/index.ts";

export type Credentials = { email: string; password: string };
export type SignIn =
  | { is: "signed-in"; userId: string; cookies: string[] }
  | { is: "wrong" }
  | { is: "too-often"; waitSeconds: number };

/**
 * Through better-auth's handler and not `auth.api`, because only the handler counts tries. It counts them
 * by the address of the client, which anybody can claim to have in a header: so the header is passed on
 * only where TRUSTED_PROXIES says who writes it. Elsewhere all clients are counted as one.
 */
export async function signIn(request: Request, credentials: Credentials): Promise<SignIn> {
  const { auth, config } = services();
  const { baseURL } = await auth.$context;
  const headers = new Headers({ "Content-Type": "application/json" });
  copyHeader("user-agent", request.headers, headers);
  if (config.trustedProxies.length > 0) copyHeader("x-forwarded-for", request.headers, headers);
  const response = await auth.handler(
    new Request(`${baseURL}/sign-in/email`, { method: "POST", headers, body: JSON.stringify(credentials) }),
  );
  if (response.ok) {
    const { user } = (await response.json()) as { user: { id: string } };
    return { is: "signed-in", userId: user.id, cookies: response.headers.getSetCookie() };
  }
  if (response.status === 429) {
    return { is: "too-often", waitSeconds: Number(response.headers.get("X-Retry-After")) };
  }
  if (response.status >= 500) throw new Error(`Signing in failed: ${await response.text()}`);
  return { is: "wrong" };
}

/** For somebody who has just signed up: there is nothing to guess. */
export async function signInNewUser(request: Request, body: Credentials): Promise<string[]> {
  const sent = { body, headers: request.headers, returnHeaders: true } as const;
  const { headers } = await services().auth.api.signInEmail(sent);
  return headers.getSetCookie();
}

function copyHeader(name: string, from: Headers, to: Headers): void {
  const value = from.get(name);
  if (value) to.set(name, value);
}
