import type { SessionView } from "@stepwell/api/dashboard";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CLIENT, type IdentityProvider, startIdentityProvider } from "../../fixtures/identity-provider.ts";
import { type OpenWorld, openWorld, SITE } from "../../fixtures/open-world.ts";
import { sameSitePath } from "./oidc.ts";
import type { OidcOptions } from "./oidc-options.ts";

let provider: IdentityProvider;
let world: OpenWorld;
beforeEach(async () => {
  provider = await startIdentityProvider();
  provider.claims = { sub: "u-1", email: "bob@example.com", email_verified: true, groups: ["jobs"] };
  await open();
});
afterEach(async () => {
  await world.close();
  await provider.close();
});

async function open(more: Partial<OidcOptions> = {}): Promise<void> {
  world = await openWorld({
    oidc: {
      issuer: provider.issuer,
      clientId: CLIENT.id,
      clientSecret: CLIENT.secret,
      roleClaim: null,
      roles: {},
      defaultRole: "viewer",
      emailDomains: [],
      label: "Example",
      ...more,
    },
  });
  await world.user("ana", "admin");
}

const cookiesOf = (response: Response): Record<string, string> =>
  Object.fromEntries(
    response.headers.getSetCookie().map((one) => (one.split(";")[0] ?? "").split("=") as [string, string]),
  );

interface Begun {
  cookie: string;
  location: string;
}
async function begin(query = ""): Promise<Begun> {
  const response = await world.say(`/oidc/start${query}`);
  expect(response.status).toBe(302);
  expect(response.headers.getSetCookie()[0]).toMatch(/; Path=\/; Max-Age=600; HttpOnly; SameSite=Lax$/);
  return {
    cookie: `stepwell-oidc-8288=${cookiesOf(response)["stepwell-oidc-8288"]}`,
    location: response.headers.get("location") ?? "",
  };
}
const come = (back: URL, cookie: string) => world.say(back.href, { headers: { cookie } });
async function signIn(query = ""): Promise<Response> {
  const { cookie, location } = await begin(query);
  return come(provider.visit(location), cookie);
}
async function viewOf(response: Response): Promise<SessionView> {
  const cookie = `stepwell-8288=${cookiesOf(response)["stepwell-8288"]}`;
  return ((await (await world.say("/session", { headers: { cookie } })).json()) as { data: SessionView })
    .data;
}
/** What the page says, and with which status. */
async function failure(response: Response): Promise<string> {
  expect(response.headers.get("content-type")).toContain("text/html");
  expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
  expect(response.headers.getSetCookie().filter((one) => /^stepwell-8288=[^;]/.test(one))).toEqual([]);
  const code = /<small>(\w+) /.exec(await response.text())?.[1];
  return `${response.status} ${code}`;
}
const added = async () => (await world.engine.read.users()).filter(({ oidcSubject }) => oidcSubject !== null);

describe("signing in at the identity provider", () => {
  it("is offered on the sign-in page", async () => {
    const { data } = (await (await world.say("/session")).json()) as { data: SessionView };
    expect(data.signIn).toEqual({
      password: true,
      oidc: { label: "Example", href: "/api/stepwell/v1/oidc/start" },
    });
  });

  it("asks with PKCE, state and nonce, and makes a user who goes on to where they wanted", async () => {
    const { location } = await begin();
    const asked = new URL(location).searchParams;
    expect(asked.get("redirect_uri")).toBe(`${SITE}/api/stepwell/v1/oidc/callback`);
    for (const name of ["state", "nonce", "code_challenge"])
      expect(asked.get(name)?.length).toBeGreaterThan(20);
    const response = await signIn("?next=/runs%3Fq%3Dstatus%3Afailed");
    expect(response.status).toBe(302);
    expect(response.headers.get("location")).toBe("/runs?q=status:failed");
    expect(await viewOf(response)).toMatchObject({ user: { name: "bob@example.com", role: "viewer" } });
    const { rows } = await world.engine.read.audit({ limit: 1 });
    expect(rows[0]).toMatchObject({ actor: "bob@example.com", action: "session.create", outcome: "done" });
  });

  it("finds the same user again, by issuer and subject alone", async () => {
    await signIn();
    provider.claims = { sub: "u-1", email: "bob@new.example", email_verified: true };
    await signIn();
    provider.claims = { sub: "u-2", email: "bob@example.com", email_verified: true };
    await signIn();
    expect((await added()).map(({ name }) => name).toSorted()).toEqual([
      "bob@example.com",
      "bob@example.com 2",
    ]);
  });

  it("ends what the same browser was signed in as before", async () => {
    const { cookie: former } = await world.signIn("ana");
    const { cookie, location } = await begin();
    expect((await come(provider.visit(location), `${former}; ${cookie}`)).status).toBe(302);
    const { data } = (await (await world.say("/session", { headers: { cookie: former } })).json()) as {
      data: SessionView;
    };
    expect(data.user).toBeNull();
  });

  it("takes over nobody's name, nor an address that is not verified", async () => {
    provider.claims = { sub: "u-3", email: "ana@example.com", preferred_username: "an\u200ba\u202e" };
    await signIn();
    expect((await added()).map(({ name, role }) => [name, role])).toEqual([["ana 2", "viewer"]]);
  });

  it("refuses a disabled user", async () => {
    await signIn();
    const [user] = await added();
    const admin = await world.signIn("ana");
    await world.say(`/users/${user?.id}`, { method: "PATCH", body: { disabled: true }, as: admin });
    expect(await failure(await signIn())).toBe("403 oidc_refused");
  });

  it("is not there before the set-up", async () => {
    await world.close();
    world = await openWorld({
      oidc: {
        issuer: provider.issuer,
        clientId: CLIENT.id,
        clientSecret: CLIENT.secret,
        roleClaim: null,
        roles: {},
        defaultRole: "admin",
        emailDomains: [],
        label: "Example",
      },
    });
    expect(await failure(await world.say("/oidc/start"))).toBe("403 setup_needed");
    expect(await failure(await world.say("/oidc/callback?code=x&state=y"))).toBe("403 setup_needed");
  });
});

describe("roles and domains", () => {
  const reopen = async (more: Partial<OidcOptions>) => {
    await world.close();
    await open(more);
  };

  it("come from the claim on each sign-in, the highest wins", async () => {
    await reopen({ roleClaim: "groups", roles: { jobs: "operator", root: "admin" } });
    expect((await viewOf(await signIn())).user?.role).toBe("operator");
    provider.claims = { ...provider.claims, groups: ["root", "jobs"] };
    expect((await viewOf(await signIn())).user?.role).toBe("admin");
    provider.claims = { ...provider.claims, groups: "operator" };
    expect((await viewOf(await signIn())).user?.role).toBe("operator");
    provider.claims = { ...provider.claims, groups: ["toString"] };
    expect((await viewOf(await signIn())).user?.role).toBe("viewer");
  });

  it("keep the last admin, and refuse who has none where none is given", async () => {
    await reopen({ roleClaim: "groups", roles: { jobs: "admin" }, defaultRole: null });
    await signIn();
    const ana = (await world.engine.read.users()).find(({ name }) => name === "ana");
    const [bob] = await added();
    const { secret } = await world.key(["settings"]);
    const headers = { authorization: `Bearer ${secret}` };
    expect((await world.say(`/users/${ana?.id}`, { method: "DELETE", headers })).status).toBe(200);
    provider.claims = { ...provider.claims, groups: ["viewer"] };
    expect((await viewOf(await signIn())).user).toMatchObject({ id: bob?.id, role: "admin" });
    provider.claims = { sub: "u-9", groups: ["other"] };
    expect(await failure(await signIn())).toBe("403 oidc_refused");
  });

  it("let in verified addresses of the listed domains only", async () => {
    await reopen({ emailDomains: ["example.com"] });
    expect((await signIn()).status).toBe(302);
    for (const claims of [
      { sub: "u-4", email: "eve@example.com.evil.test", email_verified: true },
      { sub: "u-5", email: "eve@example.com", email_verified: false },
      { sub: "u-6", email: "eve@example.com" },
      { sub: "u-7" },
    ]) {
      provider.claims = claims;
      expect(await failure(await signIn())).toBe("403 oidc_refused");
    }
    expect(await added()).toHaveLength(1);
  });
});

describe("what goes wrong", () => {
  it.each<[what: string, query: Record<string, string>]>([
    ["another state", { state: "x".repeat(43) }],
    ["no code", { code: "" }],
    ["an unknown code", { code: "code-99" }],
  ])("%s: nobody is signed in, and the page says so", async (_what, query) => {
    const { cookie, location } = await begin();
    const back = provider.visit(location);
    for (const [name, value] of Object.entries(query)) back.searchParams.set(name, value);
    expect(await failure(await come(back, cookie))).toBe("401 oidc_failed");
    expect(await added()).toEqual([]);
    const { rows } = await world.engine.read.audit({ limit: 1 });
    expect(rows[0]).toMatchObject({
      action: "session.create",
      outcome: "refused",
      detail: { code: "oidc_failed" },
    });
  });

  it.each<[what: string, wrong: IdentityProvider["wrong"]]>([
    ["another nonce", { nonce: "replayed" }],
    ["a token for another client", { audience: "other" }],
    ["a token that somebody else signed", { key: true }],
  ])("%s", async (_what, wrong) => {
    provider.wrong = wrong;
    expect(await failure(await signIn())).toBe("401 oidc_failed");
    expect(await added()).toEqual([]);
  });

  it("a code that has expired, or is used twice", async () => {
    const { cookie, location } = await begin();
    const back = provider.visit(location);
    provider.expireCodes();
    expect(await failure(await come(back, cookie))).toBe("401 oidc_failed");
    const again = await begin();
    const good = provider.visit(again.location);
    expect((await come(good, again.cookie)).status).toBe(302);
    expect(await failure(await come(good, again.cookie))).toBe("401 oidc_failed");
  });

  it("a refusal by the provider", async () => {
    const { cookie, location } = await begin();
    const back = provider.visit(location);
    back.searchParams.delete("code");
    back.searchParams.set("error", "access_denied");
    expect(await failure(await come(back, cookie))).toBe("401 oidc_failed");
  });

  it("a browser that did not begin here, took too long, or changed its cookie", async () => {
    const { cookie, location } = await begin();
    const back = provider.visit(location);
    expect(await failure(await world.say(back.href))).toBe("401 oidc_failed");
    expect(await failure(await come(back, `${cookie}x`))).toBe("401 oidc_failed");
    world.pass(600_000);
    expect(await failure(await come(back, cookie))).toBe("401 oidc_failed");
    // The provider was not asked for a token in any of these.
    expect(provider.asked).not.toContain("/token");
  });

  it("a provider that is down, which is asked again the next time", async () => {
    const { issuer } = provider;
    await provider.close();
    expect(await failure(await world.say("/oidc/start"))).toBe("502 oidc_unavailable");
    expect(world.logged.at(-1)).toMatchObject({ event: "oidc.failed", code: "oidc_unavailable" });
    expect(JSON.stringify(world.logged)).not.toContain(CLIENT.secret);
    provider = await startIdentityProvider();
    expect(provider.issuer).not.toBe(issuer);
    await world.close();
    await open();
    await begin();
  });

  it("a provider that goes down in between", async () => {
    const { cookie, location } = await begin();
    const back = provider.visit(location);
    await provider.close();
    expect(await failure(await come(back, cookie))).toBe("502 oidc_unavailable");
  });

  it("a flood of wrong returns, which is slowed down", async () => {
    for (let count = 0; count < 10; count += 1) {
      const { cookie, location } = await begin();
      const back = provider.visit(location);
      back.searchParams.set("state", "wrong");
      await come(back, cookie);
    }
    expect(await failure(await signIn())).toBe("429 too_many_attempts");
  });
});

it("a link leads to a page of this server only", () => {
  for (const [next, to] of [
    [null, "/"],
    ["/runs?q=a%20b", "/runs?q=a%20b"],
    ["https://evil.example/", "/"],
    ["//evil.example", "/"],
    ["/\\evil.example", "/"],
    ["/\t/evil.example", "/"],
    ["/./\t//evil.example", "/evil.example"],
    ["/..//evil.example", "/evil.example"],
    ["runs", "/"],
    ["javascript:alert(1)", "/"],
  ] as const)
    expect(sameSitePath(next)).toBe(to);
});
