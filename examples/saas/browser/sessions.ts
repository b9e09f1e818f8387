/** The demo admin, and sessions without a sign-in form. */
export type Credentials = { email: string; password: string };
export type SessionCookie = { name: string; value: string; url: string };

/** The app prints the generated password on its first start, and never again. */
export function readDemoAdmin(appOutput: string[]): Credentials {
  const found = /Demo admin: (\S+), password (\S+)/.exec(appOutput.join("\n"));
  const [, email, password] = found ?? [];
  if (email && password) return { email, password };
  throw new Error(`The app printed no demo admin:\n${appOutput.join("\n")}`);
}

export async function signInByPost(appUrl: string, credentials: Credentials): Promise<SessionCookie[]> {
  const headers = { Accept: "application/json" };
  const body = new URLSearchParams(credentials);
  const response = await fetch(`${appUrl}/api/sign-in`, { method: "POST", headers, body });
  if (!response.ok) throw new Error(`Sign-in answered ${response.status} ${await response.text()}`);
  return response.headers.getSetCookie().map((line) => {
    const [pair = ""] = line.split(";");
    const at = pair.indexOf("=");
    return { name: pair.slice(0, at), value: pair.slice(at + 1), url: appUrl };
  });
}
