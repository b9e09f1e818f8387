import type { SessionView } from "@stepwell/api/dashboard";
import { sessionSchemas } from "@stepwell/api/dashboard/schemas";
import { afterEach, describe, expect, it } from "vitest";
import { type OpenWorld, openWorld, PASSWORD, SITE } from "../../fixtures/open-world.ts";

const HOUR = 3_600_000;
let world: OpenWorld;
afterEach(() => world.close());

const codeOf = async (response: Response): Promise<string> =>
  ((await response.json()) as { error: { code: string } }).error.code;
const viewOf = async (response: Response): Promise<SessionView> => {
  const { data } = (await response.json()) as { data: SessionView };
  return sessionSchemas.getSession.answer.parse(data);
};
const signIn = (name: string, password: string, more: object = {}) =>
  world.say("/session", { method: "POST", body: { name, password }, ...more });

describe("dev", () => {
  it("is open: everybody is admin, and there is nothing to sign in to", async () => {
    world = await openWorld({ mode: "dev" });
    const view = await viewOf(await world.say("/session"));
    expect(view).toMatchObject({
      mode: "dev",
      setupNeeded: false,
      signIn: null,
      csrf: "dev",
      expiresAt: null,
    });
    expect(view.user).toEqual({ id: "dev", name: "dev", role: "admin" });
    expect((await signIn("a", PASSWORD, { headers: { "x-stepwell-csrf": "x" } })).status).toBe(404);
  });

  it("takes no write without a header that a foreign page cannot send", async () => {
    world = await openWorld({ mode: "dev" });
    const body = { name: "ana", role: "viewer", password: PASSWORD };
    const bare = await world.say("/users", { method: "POST", body });
    expect(bare.status).toBe(403);
    expect(await codeOf(bare)).toBe("csrf_missing");
    expect(await world.engine.read.users()).toEqual([]);
    const proven = await world.say("/users", { method: "POST", body, headers: { "x-stepwell-csrf": "any" } });
    expect(proven.status).toBe(200);
  });

  it("believes a mounted dashboard who acts", async () => {
    world = await openWorld({ mode: "dev" });
    const actor = encodeURIComponent(JSON.stringify({ id: "7", name: "Ünal", role: "viewer" }));
    const view = await viewOf(await world.say("/session", { headers: { "x-stepwell-actor": actor } }));
    expect(view).toMatchObject({ mode: "mounted", user: { id: "7", name: "Ünal", role: "viewer" } });
    const refused = await world.say("/users", { headers: { "x-stepwell-actor": actor } });
    expect(await codeOf(refused)).toBe("role_too_low");
    const broken = await world.say("/session", { headers: { "x-stepwell-actor": "{" } });
    expect(await codeOf(broken)).toBe("actor_invalid");
  });
});

describe("the set-up", () => {
  const setUp = (token: string, name = "ana") =>
    world.say("/setup", { method: "POST", body: { name, password: PASSWORD, token } });

  it("is all there is until an admin exists", async () => {
    world = await openWorld();
    expect(await viewOf(await world.say("/session"))).toMatchObject({
      mode: "start",
      user: null,
      setupNeeded: true,
      csrf: null,
    });
    for (const path of ["/runs", "/users", "/health"]) {
      const response = await world.say(path);
      expect(response.status).toBe(403);
      expect(await codeOf(response)).toBe("setup_needed");
    }
    expect(await codeOf(await signIn("ana", PASSWORD))).toBe("setup_needed");
    expect((await world.say(`${SITE}/health`)).status).toBe(200);
  });

  it("makes the first admin, signs them in, and is over", async () => {
    world = await openWorld();
    const token = world.setup.issue(world.engine.now());
    const response = await setUp(token);
    expect(response.status).toBe(200);
    expect(response.headers.get("set-cookie")).toMatch(
      /^stepwell-8288=[\w-]{43}; Path=\/; Max-Age=604800; HttpOnly; SameSite=Lax$/,
    );
    expect(await viewOf(response)).toMatchObject({
      user: { name: "ana", role: "admin" },
      setupNeeded: false,
    });
    expect(await codeOf(await setUp(token, "eve"))).toBe("setup_done");
    const [entry] = (await world.engine.read.audit({ limit: 10, action: "setup" })).rows.reverse();
    expect(entry).toMatchObject({ actor: "ana", actorKind: "user", outcome: "done", target: "user ana" });
  });

  it("takes no other token, and none after 15 minutes", async () => {
    world = await openWorld();
    expect(await codeOf(await setUp("x".repeat(43)))).toBe("setup_token_invalid");
    const token = world.setup.issue(world.engine.now());
    expect(await codeOf(await setUp("x".repeat(43)))).toBe("setup_token_invalid");
    world.pass(15 * 60_000 - 1);
    expect(await codeOf(await setUp(`${token}x`))).toBe("setup_token_invalid");
    world.pass(1);
    expect(await codeOf(await setUp(token))).toBe("setup_token_invalid");
    expect(await world.engine.read.users()).toEqual([]);
  });

  it("makes one admin of two at once", async () => {
    world = await openWorld();
    const token = world.setup.issue(world.engine.now());
    const both = await Promise.all([setUp(token, "ana"), setUp(token, "eve")]);
    expect(both.map(({ status }) => status).toSorted()).toEqual([200, 409]);
    expect(await world.engine.read.users()).toHaveLength(1);
  });

  it("asks for a password that is long enough", async () => {
    world = await openWorld();
    const token = world.setup.issue(world.engine.now());
    const response = await world.say("/setup", {
      method: "POST",
      body: { name: "ana", password: "short", token },
    });
    expect(response.status).toBe(400);
    const { error } = (await response.json()) as { error: { code: string; message: string } };
    expect(error).toMatchObject({
      code: "body_invalid",
      message: "`password`: must have at least 12 characters",
    });
  });
});

describe("signing in", () => {
  it("gives a cookie and what proves a write", async () => {
    world = await openWorld();
    await world.user("Ana", "admin");
    const response = await signIn("ana", PASSWORD);
    const view = await viewOf(response);
    expect(view.user).toMatchObject({ name: "Ana", role: "admin" });
    expect(view.csrf).toMatch(/^[\w-]{43}$/);
    expect(response.headers.get("cache-control")).toBe("no-store");
    const cookie = response.headers.get("set-cookie")?.split(";")[0] ?? "";
    expect(await viewOf(await world.say("/session", { headers: { cookie } }))).toMatchObject({
      user: { name: "Ana" },
      csrf: view.csrf,
    });
    // The store holds no token, only its hash.
    const [row] = await world.engine.read.signInsOf((await world.engine.read.users())[0]?.id ?? "");
    expect(cookie).not.toContain(row?.id);
  });

  it("answers alike for a wrong password, an unknown and a disabled user", async () => {
    world = await openWorld();
    await world.user("ana", "admin");
    const disabled = await world.user("dora", "viewer");
    const admin = await world.signIn("ana");
    await world.say(`/users/${disabled.id}`, { method: "PATCH", body: { disabled: true }, as: admin });
    const answers = await Promise.all([
      signIn("ana", "wrong password!"),
      signIn("nobody", PASSWORD),
      signIn("dora", PASSWORD),
    ]);
    const bodies = await Promise.all(
      answers.map(async (one) => ((await one.json()) as { error: object }).error),
    );
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401]);
    for (const body of bodies) expect({ ...body, requestId: "" }).toEqual({ ...bodies[0], requestId: "" });
  });

  it("writes down who tried, never with what", async () => {
    world = await openWorld();
    await world.user("ana", "admin");
    await signIn("a secret in the wrong field", "a secret password", { address: "192.0.2.7" });
    await signIn("ANA", "another secret password");
    await signIn("ana", PASSWORD);
    const { rows } = await world.engine.read.audit({ limit: 10, action: "session.create" });
    expect(rows.map(({ actor, actorKind, outcome }) => [actor, actorKind, outcome])).toEqual([
      ["ana", "user", "done"],
      ["ana", "nobody", "refused"],
      ["unknown name", "nobody", "refused"],
    ]);
    expect(rows[2]).toMatchObject({ address: "192.0.2.7", detail: { code: "sign_in_failed" } });
    expect(JSON.stringify([rows, world.logged])).not.toContain("secret");
  });

  it("is slowed down after ten failures for an account at an address", async () => {
    world = await openWorld();
    await world.user("ana", "admin");
    const guess = (address: string) => signIn("ana", "wrong password!", { address });
    for (let count = 0; count < 10; count += 1) expect((await guess("192.0.2.7")).status).toBe(401);
    const blocked = await signIn("ana", PASSWORD, { address: "192.0.2.7" });
    expect(blocked.status).toBe(429);
    expect(blocked.headers.get("retry-after")).toBe("60");
    // Another address is not shut out, and a flood leaves nothing in the audit log.
    expect((await signIn("ana", PASSWORD, { address: "192.0.2.8" })).status).toBe(200);
    expect((await world.engine.read.audit({ limit: 50, action: "session.create" })).rows).toHaveLength(11);
    world.pass(60_000);
    expect((await guess("192.0.2.7")).status).toBe(401);
    expect((await guess("192.0.2.7")).headers.get("retry-after")).toBe("120");
    world.pass(120_000);
    expect((await signIn("ana", PASSWORD, { address: "192.0.2.7" })).status).toBe(200);
  });

  it("refuses plain http elsewhere than on loopback, before it looks at the password", async () => {
    world = await openWorld({ allowedHosts: ["jobs.example.com"] });
    await world.user("ana", "admin");
    const url = "http://jobs.example.com/api/stepwell/v1/session";
    const body = { name: "ana", password: PASSWORD };
    const plain = await world.say(url, { method: "POST", body });
    expect(await codeOf(plain)).toBe("https_required");
    // Nobody has said that a proxy is to be believed.
    const headers = { "x-forwarded-proto": "https" };
    expect(await codeOf(await world.say(url, { method: "POST", body, headers }))).toBe("https_required");
  });

  it("believes a trusted proxy that the browser speaks https", async () => {
    world = await openWorld({ allowedHosts: ["jobs.example.com"], trustProxy: true });
    await world.user("ana", "admin");
    const url = "http://jobs.example.com/api/stepwell/v1/session";
    const headers = { "x-forwarded-proto": "https", "x-forwarded-for": "10.0.0.1, 192.0.2.9" };
    const response = await world.say(url, {
      method: "POST",
      body: { name: "ana", password: PASSWORD },
      headers,
    });
    expect(response.headers.get("set-cookie")).toMatch(
      /^__Host-stepwell=[\w-]{43}; Path=\/; Max-Age=604800; HttpOnly; SameSite=Lax; Secure$/,
    );
    const [row] = await world.engine.read.signInsOf((await world.engine.read.users())[0]?.id ?? "");
    expect(row?.address).toBe("192.0.2.9");
  });

  it("takes no form of another site", async () => {
    world = await openWorld();
    await world.user("ana", "admin");
    const body = { name: "ana", password: PASSWORD };
    const form = await world.say("/session", {
      method: "POST",
      body,
      headers: { "content-type": "text/plain" },
    });
    expect(await codeOf(form)).toBe("csrf_missing");
    const foreign = await world.say("/session", {
      method: "POST",
      body,
      headers: { origin: "https://evil.example" },
    });
    expect(await codeOf(foreign)).toBe("origin_not_allowed");
    const crossSite = await world.say("/session", {
      method: "POST",
      body,
      headers: { "sec-fetch-site": "cross-site" },
    });
    expect(await codeOf(crossSite)).toBe("origin_not_allowed");
  });
});

describe("a sign-in", () => {
  it("ends after 12 hours without a request, and not before", async () => {
    world = await openWorld();
    await world.user("ana", "admin");
    const browser = await world.signIn("ana");
    world.pass(11 * HOUR);
    expect((await world.say("/users", { as: browser })).status).toBe(200);
    world.pass(12 * HOUR - 1);
    expect((await world.say("/users", { as: browser })).status).toBe(200);
    world.pass(12 * HOUR);
    expect(await codeOf(await world.say("/users", { as: browser }))).toBe("sign_in_required");
  });

  it("ends after seven days whatever happens", async () => {
    world = await openWorld();
    await world.user("ana", "admin");
    const browser = await world.signIn("ana");
    for (let hours = 0; hours < 7 * 24 - 8; hours += 8) {
      world.pass(8 * HOUR);
      expect((await world.say("/users", { as: browser })).status).toBe(200);
    }
    world.pass(8 * HOUR);
    expect((await world.say("/users", { as: browser })).status).toBe(401);
    // The next one sweeps it away.
    await world.signIn("ana");
    expect(await world.engine.read.signInsOf((await world.engine.read.users())[0]?.id ?? "")).toHaveLength(1);
  });

  it("is marked as seen at most once a minute", async () => {
    world = await openWorld();
    const user = await world.user("ana", "admin");
    const browser = await world.signIn("ana");
    const seenAt = async () => (await world.engine.read.signInsOf(user.id))[0]?.lastSeenAt;
    const first = await seenAt();
    world.pass(59_999);
    await world.say("/users", { as: browser });
    expect(await seenAt()).toBe(first);
    world.pass(1);
    await world.say("/users", { as: browser });
    expect(await seenAt()).toBe((first ?? 0) + 60_000);
  });

  it("writes only with its own csrf", async () => {
    world = await openWorld();
    await world.user("ana", "admin");
    const [one, other] = [await world.signIn("ana"), await world.signIn("ana")];
    const end = (csrf: string | null) =>
      world.say("/session", {
        method: "DELETE",
        headers: { cookie: one.cookie, ...(csrf === null ? {} : { "x-stepwell-csrf": csrf }) },
      });
    expect(await codeOf(await end(null))).toBe("csrf_missing");
    expect(await codeOf(await end(other.csrf))).toBe("csrf_missing");
    const response = await end(one.csrf);
    expect(response.headers.get("set-cookie")).toMatch(/^stepwell-8288=; Path=\/; Max-Age=0;/);
    expect(await viewOf(response)).toMatchObject({ user: null, csrf: null });
    expect((await world.say("/users", { as: one })).status).toBe(401);
    expect((await world.say("/users", { as: other })).status).toBe(200);
  });

  it("is replaced by the next one of the same browser", async () => {
    world = await openWorld();
    const user = await world.user("ana", "admin");
    const first = await world.signIn("ana");
    expect((await signIn("ana", PASSWORD, { as: first })).status).toBe(200);
    expect((await world.say("/users", { as: first })).status).toBe(401);
    expect(await world.engine.read.signInsOf(user.id)).toHaveLength(1);
  });

  it("that is none is ended without a trace", async () => {
    world = await openWorld();
    await world.user("ana", "admin");
    const response = await world.say("/session", { method: "DELETE" });
    expect(await viewOf(response)).toMatchObject({ user: null });
    expect((await world.engine.read.audit({ limit: 5 })).rows).toEqual([]);
  });

  it("can be listed and ended by its owner only", async () => {
    world = await openWorld();
    await world.user("ana", "admin");
    await world.user("vera", "viewer");
    const [one, other, foreign] = [
      await world.signIn("ana"),
      await world.signIn("ana"),
      await world.signIn("vera"),
    ];
    const response = await world.say("/me/sessions", { as: one });
    const { data } = (await response.json()) as { data: unknown };
    const lines = sessionSchemas.listSessions.answer.parse(data);
    expect(lines.map(({ current }) => current).toSorted()).toEqual([false, true]);
    const path = `/me/sessions/${lines.find(({ current }) => !current)?.id}`;
    expect((await world.say(path, { method: "DELETE", as: foreign })).status).toBe(404);
    expect((await world.say(path, { method: "DELETE", as: one })).status).toBe(200);
    expect((await world.say("/users", { as: other })).status).toBe(401);
    expect((await world.say("/users", { as: one })).status).toBe(200);
  });

  it("ends with the password, but for the one that changes it", async () => {
    world = await openWorld();
    await world.user("ana", "admin");
    const [one, other] = [await world.signIn("ana"), await world.signIn("ana")];
    const change = (current: string, next: string) =>
      world.say("/me/password", { method: "POST", body: { current, next }, as: one });
    expect(await codeOf(await change("not the password", "another password"))).toBe("password_wrong");
    expect((await change(PASSWORD, "another password")).status).toBe(200);
    expect((await world.say("/users", { as: one })).status).toBe(200);
    expect((await world.say("/users", { as: other })).status).toBe(401);
    expect((await signIn("ana", PASSWORD)).status).toBe(401);
    expect((await signIn("ana", "another password")).status).toBe(200);
  });
});
