/**
 * The cookies of the dashboard. Over https they are bound to the host (`__Host-`) and Secure; on plain-http
 * loopback, where a browser takes no Secure cookie everywhere, they carry the port in their name, since
 * cookies do not keep ports apart. Elsewhere plain http gets none.
 */
import { StepwellError } from "@stepwell/core";
import { isHttps } from "../../connection.ts";
import { hostOf, isAllowedHost } from "../../guard.ts";

export type CookieKind = "stepwell" | "stepwell-oidc";
interface Naming {
  name: string;
  isSecure: boolean;
}

/** Null: plain http on no loopback address. */
function namingOf(request: Request, kind: CookieKind, trustProxy: boolean): Naming | null {
  if (isHttps(request, trustProxy)) return { name: `__Host-${kind}`, isSecure: true };
  const host = hostOf(request);
  if (!isAllowedHost(host, [])) return null;
  return { name: `${kind}-${/:(\d{1,5})$/.exec(host)?.[1] ?? "80"}`, isSecure: false };
}

/** Null: there is none. */
export function readCookie(request: Request, kind: CookieKind, trustProxy: boolean): string | null {
  const naming = namingOf(request, kind, trustProxy);
  if (naming === null) return null;
  for (const part of (request.headers.get("cookie") ?? "").split(";")) {
    const at = part.indexOf("=");
    if (at > 0 && part.slice(0, at).trim() === naming.name) return part.slice(at + 1).trim();
  }
  return null;
}

/**
 * @param value text that a cookie may hold: base64url and `.`
 * @param maxAgeSeconds 0: the browser drops it
 * @throws StepwellError `https_required`
 */
export function cookieHeader(
  request: Request,
  kind: CookieKind,
  trustProxy: boolean,
  { value, maxAgeSeconds }: { value: string; maxAgeSeconds: number },
): [name: string, value: string] {
  const naming = namingOf(request, kind, trustProxy);
  if (naming === null) throw new StepwellError("https_required");
  const attributes = [
    `${naming.name}=${value}`,
    "Path=/",
    `Max-Age=${maxAgeSeconds}`,
    "HttpOnly",
    "SameSite=Lax",
    ...(naming.isSecure ? ["Secure"] : []),
  ];
  return ["set-cookie", attributes.join("; ")];
}

/** Before a password is looked at. @throws StepwellError `https_required` */
export function refuseWithoutCookies(request: Request, trustProxy: boolean): void {
  if (namingOf(request, "stepwell", trustProxy) === null) throw new StepwellError("https_required");
}
