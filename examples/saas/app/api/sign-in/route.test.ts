import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { POST as signOut } from "@/app/api/sign-out/route.ts";
import { cookieFrom, formRequest, fromBrowser, fromElsewhere, queryOf } from "@/lib/fixtures/form-request.ts";
import { userOf } from "@/lib/session.ts";
import { services } from "@/services/index.ts";
import { POST } from "./route.ts";

const zoe = { email: "zoe@tallyho.example", password: "eight or more" };
beforeAll(async () => {
  vi.stubEnv("TRUSTED_PROXIES", "10.0.0.4");
  await services().ready();
  await services().users.signUp({ ...zoe, name: "Zoe", organization: "Zoe's team" });
});

/** Clients behind a proxy that is trusted: each has its own ten tries. */
let clients = 0;
const aClient = () => ({ "x-forwarded-for": `203.0.113.${++clients}` });

const signIn = (fields: Record<string, string>, posted = {}) =>
  POST(formRequest("/api/sign-in", fields, { ...aClient(), ...posted }));
const userBehind = (cookie: string) => userOf(new Request("http://127.0.0.1/", { headers: { cookie } }));

describe("signing in", () => {
  it("with the right password starts a session", async () => {
    const response = await signIn({ ...zoe, email: "ZOE@tallyho.example" });
    expect(response.status).toBe(200);
    expect(await userBehind(cookieFrom(response))).toMatchObject({ email: zoe.email });
  });

  it("gives the same answer for a wrong password, an unknown address, and none", async () => {
    const wrong = { error: "The e-mail address or the password is wrong." };
    for (const fields of [
      { ...zoe, password: "eight or less" },
      { ...zoe, password: "" },
      { ...zoe, password: "x".repeat(1_000) },
      { ...zoe, email: "nobody@tallyho.example" },
      { ...zoe, email: "nobody" },
      { email: "ada@northwind.example", password: "a person without a password" },
      {},
    ]) {
      const response = await signIn(fields as Record<string, string>);
      expect([response.status, await response.json(), cookieFrom(response)]).toEqual([401, wrong, ""]);
    }
  });

  it("brings a browser where it wanted to go, and back with the message when it is wrong", async () => {
    const next = "/settings?saved=1";
    expect((await signIn({ ...zoe, next }, fromBrowser)).headers.get("location")).toBe(next);
    const wrong = await signIn({ ...zoe, password: "wrong", next }, fromBrowser);
    const error = "The e-mail address or the password is wrong.";
    expect(queryOf(wrong)).toEqual({ error, email: zoe.email, next });
  });

  it.each(["https://evil.example/", "//evil.example", "/\\evil.example", "/.//evil.example", ""])(
    "never leads to another site: %j",
    async (next) => {
      expect((await signIn({ ...zoe, next }, fromBrowser)).headers.get("location")).toBe("/");
    },
  );

  it("is refused from another site", async () => {
    const response = await signIn(zoe, fromElsewhere);
    expect([response.status, cookieFrom(response)]).toEqual([403, ""]);
  });
});

describe("guessing", () => {
  afterEach(() => void vi.useRealTimers());

  it("ends after ten tries a minute, with how long to wait, and can go on then", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const client = aClient();
    for (let tries = 0; tries < 10; tries++) {
      expect((await signIn({ ...zoe, password: `guess ${tries}` }, client)).status).toBe(401);
    }
    const right = await signIn(zoe, client);
    expect([right.status, cookieFrom(right)]).toEqual([429, ""]);
    expect(await right.json()).toEqual({ error: "Too many tries. Wait 60 seconds and try again." });
    expect((await signIn(zoe)).status).toBe(200);
    vi.setSystemTime(Date.now() + 60_000);
    expect((await signIn(zoe, client)).status).toBe(200);
  });

  it("is not helped by saying to be somebody else each time", async () => {
    const guess = (tries: number) => ({ "x-forwarded-for": `198.51.100.${tries}, 203.0.113.250` });
    for (let tries = 0; tries < 10; tries++) await signIn({ ...zoe, password: "wrong" }, guess(tries));
    expect((await signIn(zoe, guess(10))).status).toBe(429);
  });

  it("is counted for each address where no proxy is trusted: nobody locks out others", async () => {
    const trusted = services().config.trustedProxies.splice(0);
    const guess = { email: "Ada@northwind.example", password: "wrong" };
    for (let tries = 0; tries < 10; tries++) expect((await signIn(guess)).status).toBe(401);
    expect((await signIn({ ...guess, email: "ada@northwind.example" })).status).toBe(429);
    expect((await signIn(zoe)).status).toBe(200);
    services().config.trustedProxies.push(...trusted);
  });
});

describe("signing out", () => {
  it("ends the session, also for a copy of its cookie", async () => {
    const cookie = cookieFrom(await signIn(zoe));
    const response = await signOut(formRequest("/api/sign-out", {}, { ...fromBrowser, cookie }));
    expect([response.status, response.headers.get("location")]).toEqual([303, "/"]);
    expect(response.headers.getSetCookie().join()).toContain("tallyho.session_token=; Max-Age=0");
    expect(await userBehind(cookie)).toBeUndefined();
  });

  it("is refused from another site", async () => {
    const cookie = cookieFrom(await signIn(zoe));
    const response = await signOut(formRequest("/api/sign-out", {}, { ...fromElsewhere, cookie }));
    expect(response.status).toBe(403);
    expect(await userBehind(cookie)).toMatchObject({ email: zoe.email });
  });

  it("of nobody does no harm", async () => {
    expect((await signOut(formRequest("/api/sign-out", {}))).status).toBe(200);
  });
});
