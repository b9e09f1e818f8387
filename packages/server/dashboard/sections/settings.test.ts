import type { ApiKeyView, AuditEntry, CallName, UserView } from "@stepwell/api/dashboard";
import { settingsSchemas } from "@stepwell/api/dashboard/schemas";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Browser, type OpenWorld, openWorld, PASSWORD, type Say } from "../../fixtures/open-world.ts";

let world: OpenWorld;
let ana: Browser;
beforeEach(async () => {
  world = await openWorld();
  await world.user("ana", "admin");
  ana = await world.signIn("ana");
});
afterEach(() => world.close());

/** The data of an answer, which its schema has to know. */
async function data<T>(
  name: keyof typeof settingsSchemas & CallName,
  path: string,
  say: Say = {},
): Promise<T> {
  const response = await world.say(path, { as: ana, ...say });
  const text = await response.text();
  if (response.status !== 200) throw new Error(text);
  return settingsSchemas[name].answer.parse((JSON.parse(text) as { data: unknown }).data) as T;
}
async function refusal(path: string, say: Say): Promise<string> {
  const response = await world.say(path, { as: ana, ...say });
  const { error } = (await response.json()) as { error: { code: string } };
  return `${response.status} ${error.code}`;
}
const idOf = async (name: string) =>
  (await world.engine.read.users()).find((user) => user.name === name)?.id ?? "";

describe("API keys", () => {
  it("are shown once and kept as hashes", async () => {
    const made = await data<{ key: ApiKeyView; secret: string }>("createKey", "/keys", {
      method: "POST",
      body: { name: "ci", scopes: ["read", "runs:write"], expiresInDays: 30 },
    });
    expect(made.secret).toMatch(/^swk_[\w-]{43}$/);
    expect(made.key).toMatchObject({
      name: "ci",
      createdBy: "ana",
      ending: made.secret.slice(-4),
      lastUsedAt: null,
    });
    const listed = await data<ApiKeyView[]>("listKeys", "/keys");
    expect(listed).toEqual([made.key]);
    const kept = JSON.stringify([
      await world.engine.read.apiKeys(),
      await world.engine.read.audit({ limit: 9 }),
    ]);
    expect(kept).not.toContain(made.secret.slice(0, -4));
  });

  it("say when they were last used, at most once a minute", async () => {
    const { secret } = await world.key(["read"]);
    const use = () => world.say("/health", { headers: { authorization: `bearer ${secret}` } });
    const usedAt = async () => (await world.engine.read.apiKeys())[0]?.lastUsedAt;
    expect((await use()).status).toBe(200);
    const first = await usedAt();
    world.pass(59_000);
    await use();
    expect(await usedAt()).toBe(first);
    world.pass(1_000);
    await use();
    expect(await usedAt()).toBe((first ?? 0) + 60_000);
  });

  it("end at once when they are revoked, and with their time", async () => {
    const { id, secret } = await world.key(["read"], 1);
    const other = await world.key(["read"], 1);
    const use = (key: string) => world.say("/health", { headers: { authorization: `Bearer ${key}` } });
    expect((await use(secret)).status).toBe(200);
    await data("revokeKey", `/keys/${id}`, { method: "DELETE" });
    await data("revokeKey", `/keys/${id}`, { method: "DELETE" });
    expect((await use(secret)).status).toBe(401);
    world.pass(86_400_000 - 1);
    expect((await use(other.secret)).status).toBe(200);
    world.pass(1);
    expect((await use(other.secret)).status).toBe(401);
  });

  it("need a name, known scopes and whole days", async () => {
    for (const body of [
      { name: "", scopes: ["read"] },
      { name: "x", scopes: [] },
      { name: "x", scopes: ["all"] },
      { name: "x", scopes: ["read"], expiresInDays: 0 },
      { name: "x", scopes: ["read"], role: "admin" },
    ])
      expect(await refusal("/keys", { method: "POST", body })).toBe("400 body_invalid");
    expect(await refusal("/keys/none", { method: "DELETE" })).toBe("404 not_found");
  });
});

describe("users", () => {
  const add = (name: string, role: string) =>
    data<UserView>("createUser", "/users", { method: "POST", body: { name, role, password: PASSWORD } });
  const change = (name: string, body: object) =>
    idOf(name).then((id) => ({ id, say: { method: "PATCH", body } }));

  it("are made, listed without secrets, changed and removed", async () => {
    await add("Vera", "viewer");
    const listed = await data<UserView[]>("listUsers", "/users");
    expect(listed.map(({ name, role, signIn }) => [name, role, signIn])).toEqual([
      ["ana", "admin", "password"],
      ["Vera", "viewer", "password"],
    ]);
    const { id, say } = await change("Vera", { role: "operator" });
    expect(await data<UserView>("updateUser", `/users/${id}`, say)).toMatchObject({ role: "operator" });
    await data("removeUser", `/users/${id}`, { method: "DELETE" });
    expect(await world.engine.read.users()).toHaveLength(1);
  });

  it("have names of their own, whatever the case", async () => {
    await add("Vera", "viewer");
    const body = { name: "vERA", role: "admin", password: PASSWORD };
    expect(await refusal("/users", { method: "POST", body })).toBe("409 name_taken");
  });

  it("lose their sign-ins with their password, when disabled, and when removed", async () => {
    await add("vera", "viewer");
    const runs = (as: Browser) => world.say("/health", { as }).then(({ status }) => status);
    const first = await world.signIn("vera");
    let { id, say } = await change("vera", { password: "another password" });
    await data("updateUser", `/users/${id}`, say);
    expect(await runs(first)).toBe(401);
    const second = await world.signIn("vera", "another password");
    ({ id, say } = await change("vera", { disabled: true }));
    await data("updateUser", `/users/${id}`, say);
    expect(await runs(second)).toBe(401);
    ({ id, say } = await change("vera", { disabled: false }));
    await data("updateUser", `/users/${id}`, say);
    expect(await runs(second)).toBe(401);
    const third = await world.signIn("vera", "another password");
    await data("removeUser", `/users/${id}`, { method: "DELETE" });
    expect(await runs(third)).toBe(401);
    expect(await world.engine.read.signInsOf(id)).toEqual([]);
  });

  it("do nothing to themselves, and the last admin stays", async () => {
    const id = await idOf("ana");
    expect(await refusal(`/users/${id}`, { method: "PATCH", body: { role: "viewer" } })).toBe(
      "409 own_account",
    );
    expect(await refusal(`/users/${id}`, { method: "PATCH", body: { disabled: true } })).toBe(
      "409 own_account",
    );
    expect(await refusal(`/users/${id}`, { method: "DELETE" })).toBe("409 own_account");
    // Nor does somebody else: a key is nobody's own account.
    const { secret } = await world.key(["settings"]);
    const headers = { authorization: `Bearer ${secret}` };
    for (const say of [
      { method: "PATCH", body: { role: "operator" } },
      { method: "PATCH", body: { disabled: true } },
      { method: "DELETE" },
    ]) {
      const response = await world.say(`/users/${id}`, { ...say, headers });
      expect(await response.json()).toMatchObject({ error: { code: "last_admin" } });
    }
  });

  it("keep one admin of two who remove each other at once", async () => {
    await add("bea", "admin");
    const bea = await world.signIn("bea");
    const [one, other] = await Promise.all([
      world.say(`/users/${await idOf("bea")}`, { method: "DELETE", as: ana }),
      world.say(`/users/${await idOf("ana")}`, { method: "DELETE", as: bea }),
    ]);
    expect([one.status, other.status].filter((status) => status === 200)).toHaveLength(1);
    expect((await world.engine.read.users()).filter(({ role }) => role === "admin")).toHaveLength(1);
  });

  it("are not changed by an empty body or a short password", async () => {
    const id = await idOf("ana");
    expect(await refusal(`/users/${id}`, { method: "PATCH", body: {} })).toBe("400 body_invalid");
    expect(await refusal(`/users/${id}`, { method: "PATCH", body: { password: "short" } })).toBe(
      "400 body_invalid",
    );
    expect(await refusal("/users/none", { method: "PATCH", body: { role: "viewer" } })).toBe("404 not_found");
  });
});

describe("the audit log", () => {
  it("tells who did what to whom, newest first, page by page", async () => {
    for (const name of ["u1", "u2", "u3"]) {
      world.pass(1_000);
      await world.say("/users", {
        method: "POST",
        body: { name, role: "viewer", password: PASSWORD },
        as: ana,
      });
    }
    const pageOf = async (query: string) => {
      const response = await world.say(`/audit?${query}`, { as: ana });
      const { data: rows, page } = (await response.json()) as {
        data: AuditEntry[];
        page: { next: string | null; limit: number };
      };
      return { rows: settingsSchemas.listAudit.answer.parse(rows), page };
    };
    const first = await pageOf("action=user.create&limit=2");
    expect(first.rows.map(({ target }) => target)).toEqual(["user u3", "user u2"]);
    expect(first.rows[0]).toMatchObject({
      actor: "ana",
      actorKind: "user",
      action: "user.create",
      outcome: "done",
      detail: { role: "viewer" },
    });
    const second = await pageOf(`action=user.create&limit=2&cursor=${first.page.next}`);
    expect(second.rows.map(({ target }) => target)).toEqual(["user u1"]);
    expect(second.page).toEqual({ next: null, limit: 2 });
    expect((await pageOf("actor=nobody-else")).rows).toEqual([]);
  });

  it("holds what was refused, and with which code", async () => {
    await refusal("/users", { method: "POST", body: { name: "ANA", role: "viewer", password: PASSWORD } });
    const { rows } = await world.engine.read.audit({ limit: 1 });
    expect(rows[0]).toMatchObject({
      action: "user.create",
      outcome: "refused",
      detail: { code: "name_taken" },
    });
  });

  it("never holds a password", async () => {
    const id = await idOf("ana");
    await data("updateUser", `/users/${id}`, { method: "PATCH", body: { password: "a brand new password" } });
    const { rows } = await world.engine.read.audit({ limit: 5 });
    expect(rows[0]).toMatchObject({ action: "user.update", detail: { password: "changed" } });
    expect(JSON.stringify(rows)).not.toContain("brand new");
  });

  it("takes no query that it does not know", async () => {
    for (const query of ["limit=0", "limit=201", "limit=x", "who=ana", "limit=1&limit=2"])
      expect(await refusal(`/audit?${query}`, {})).toBe("400 query_invalid");
  });
});

it("the server's state is told to everybody who is signed in", async () => {
  await world.user("vera", "viewer");
  const health = await data<Record<string, unknown>>("getHealth", "/health", {
    as: await world.signIn("vera"),
  });
  expect(health).toMatchObject({
    status: "ok",
    mode: "start",
    node: process.version,
    store: { kind: "memory", trouble: null },
    calls: { inFlight: 0, most: 100 },
    clock: { offsetMs: 0 },
  });
});
