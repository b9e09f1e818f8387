/** Who uses a server that asks for sign-in: made and signed in by the API, for tests that are not about that. */
import type { BrowserContext } from "playwright-core";
import type { Place } from "./place.ts";

export const api = "/api/stepwell/v1";
export const password = "correct horse battery staple";

/** The one-time link of the server's log. */
export function setUpLink({ log }: Pick<Place, "log">): string {
  const told = log.find(({ event }) => event === "setup.link");
  if (told === undefined) throw new Error("the log holds no set-up link");
  return String(told["url"]);
}

/** Somebody who is signed in, outside of a browser. */
export interface Session {
  cookie: string;
  /** Calls the API as them. */
  call(method: string, path: string, body?: object): Promise<Response>;
}

/** Makes the first admin, whose name is `ana`. */
export async function makeAdmin(place: Place): Promise<Session> {
  const token = new URL(setUpLink(place)).hash.slice("#token=".length);
  return begin(place, "/setup", { token, name: "ana", password });
}

/** Adds a user. */
export async function addUser(admin: Session, name: string, role: string): Promise<void> {
  const answer = await admin.call("POST", "/users", { name, role, password });
  if (!answer.ok) throw new Error(`adding ${name} answered ${answer.status}: ${await answer.text()}`);
}

export function signIn(place: Place, name: string): Promise<Session> {
  return begin(place, "/session", { name, password });
}

/** Lets a browser's windows be theirs. */
export async function wear(context: BrowserContext, { cookie }: Session, url: string): Promise<void> {
  const [pair = ""] = cookie.split(";");
  const at = pair.indexOf("=");
  await context.addCookies([
    { name: pair.slice(0, at), value: pair.slice(at + 1), url, httpOnly: true, sameSite: "Lax" },
  ]);
}

async function begin(place: Place, path: string, body: object): Promise<Session> {
  const answer = await fetch(`${place.url}${api}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-stepwell-csrf": "1" },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  const cookie = answer.headers.get("set-cookie");
  if (!answer.ok || cookie === null) throw new Error(`${path} answered ${answer.status}: ${text}`);
  const { data } = JSON.parse(text) as { data: { csrf: string } };
  return {
    cookie,
    call: (method, at, sent) =>
      fetch(`${place.url}${api}${at}`, {
        method,
        headers: {
          cookie: cookie.split(";")[0] ?? "",
          "x-stepwell-csrf": data.csrf,
          ...(sent === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(sent === undefined ? {} : { body: JSON.stringify(sent) }),
      }),
  };
}
