/**
 * The two ways into a session; both answer with the Set-Cookie lines that carry it. Tries are counted:
 * for each client where a proxy that is trusted says who that is, else for each e-mail address.
 */
import { getIP, isAPIError } from "better-auth/api";
import { services } from "@/services/index.ts";

export type Credentials = { email: string; password: string };
export type SignIn =
  | { is: "signed-in"; userId: string; cookies: string[] }
  | { is: "wrong" }
  | { is: "too-often"; waitSeconds: number };

const MAX_TRIES = 10;
/** Where clients cannot be told apart: against floods, and more than people come to. */
const MAX_SIGN_UPS_OF_ALL = 60;

export async function signIn(request: Request, credentials: Credentials): Promise<SignIn> {
  const { auth, tries } = services();
  const who = clientOf(request) ?? credentials.email.toLowerCase();
  const waitSeconds = tries.take(`sign-in ${who}`, MAX_TRIES);
  if (waitSeconds > 0) return { is: "too-often", waitSeconds };
  try {
    const sent = { body: credentials, headers: knownHeaders(request), returnHeaders: true } as const;
    const { response, headers } = await auth.api.signInEmail(sent);
    return { is: "signed-in", userId: response.user.id, cookies: headers.getSetCookie() };
  } catch (error) {
    if (isAPIError(error) && error.statusCode < 500) return { is: "wrong" };
    throw error;
  }
}

/** The seconds to wait, or 0. Each sign-up hashes a password and mails to an address that nobody has checked. */
export function countSignUp(request: Request): number {
  const client = clientOf(request);
  const { tries } = services();
  return client ? tries.take(`sign-up ${client}`, MAX_TRIES) : tries.take("sign-up", MAX_SIGN_UPS_OF_ALL);
}

/** For somebody who has just signed up: there is nothing to guess. */
export async function signInNewUser(request: Request, body: Credentials): Promise<string[]> {
  const sent = { body, headers: knownHeaders(request), returnHeaders: true } as const;
  const { headers } = await services().auth.api.signInEmail(sent);
  return headers.getSetCookie();
}

/** Anybody can claim an address in X-Forwarded-For: it counts only where TRUSTED_PROXIES says who writes it. */
function clientOf(request: Request): string | undefined {
  const { auth, config } = services();
  if (config.trustedProxies.length === 0) return undefined;
  return getIP(request, auth.options) ?? undefined;
}

/** What is kept with a session. */
function knownHeaders(request: Request): Headers {
  const headers = new Headers();
  const client = clientOf(request);
  if (client) headers.set("x-forwarded-for", client);
  const program = request.headers.get("user-agent");
  if (program) headers.set("user-agent", program);
  return headers;
}
