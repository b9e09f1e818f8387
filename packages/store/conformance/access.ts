/** Users, sign-ins, API keys and the audit log. */
import type { ApiKeyRow, AuditRow, SignInRow, UserRow } from "@stepwell/core";
import { expect, test } from "vitest";
import type { AuditFilter, Store } from "../port.ts";
import { fresh, NOW, type OpenStore, see, write } from "./sample-rows.ts";

const user = (id: string, over: Partial<UserRow> = {}): UserRow => ({
  id,
  name: `name of ${id}`,
  role: "viewer",
  passwordHash: "$argon2id$",
  oidcSubject: null,
  createdAt: NOW,
  lastSeenAt: null,
  disabled: false,
  ...over,
});

const signIn = (id: string, over: Partial<SignInRow> = {}): SignInRow => ({
  id,
  userId: "u1",
  createdAt: NOW,
  lastSeenAt: NOW,
  expiresAt: NOW + 10,
  userAgent: null,
  address: "127.0.0.1",
  ...over,
});

const apiKey = (id: string, over: Partial<ApiKeyRow> = {}): ApiKeyRow => ({
  id,
  name: id,
  hash: `hash of ${id}`,
  ending: "abcd",
  scopes: ["runs:read"],
  createdAt: NOW,
  createdBy: "ada",
  expiresAt: null,
  lastUsedAt: null,
  revokedAt: null,
  ...over,
});

const audited = (id: string, over: Partial<AuditRow> = {}): AuditRow => ({
  id,
  at: NOW,
  actor: "ada",
  actorKind: "user",
  action: "run.cancel",
  target: "r1",
  detail: { reason: "test" },
  outcome: "begun",
  address: null,
  requestId: "q1",
  ...over,
});

async function allAudited(store: Store, filter: Omit<AuditFilter, "cursor">): Promise<string[]> {
  const found: string[] = [];
  for (let cursor: string | null = ""; cursor !== null; ) {
    const page = await store.read.audit({ ...filter, ...(cursor === "" ? {} : { cursor }) });
    expect(page.rows.length).toBeLessThanOrEqual(filter.limit);
    found.push(...page.rows.map(({ id }) => id));
    cursor = page.cursor;
  }
  return found;
}

export function accessSuite(open: OpenStore): void {
  test("users: all of them by name, to read and in a commit", async () => {
    const store = await fresh(open);
    const rows = [user("u2", { name: "ada", disabled: true }), user("u1", { name: "bob", role: "admin" })];
    await write(store, ...rows.map((row) => ({ insert: "users", row }) as const));
    expect(await store.read.users()).toEqual(rows);
    expect((await see(store, { users: true })).users).toEqual(rows);
    await write(store, { remove: "users", key: { id: "u1" } });
    expect((await see(store, { users: true })).users).toEqual([rows[0]]);
  });

  test("no two users have one name, in whatever case; nothing else of the commit is written", async () => {
    const store = await fresh(open);
    await write(store, { insert: "users", row: user("u1", { name: "Ada" }) });
    const second = { insert: "users", row: user("u2", { name: "aDA" }) } as const;
    await expect(write(store, { insert: "signIns", row: signIn("s1") }, second)).rejects.toMatchObject({
      name: "StoreError",
    });
    expect(await store.read.signIn("s1")).toBeNull();
    await write(store, { insert: "users", row: user("u3", { name: "bob" }) });
    const renamed = { update: "users", key: { id: "u3" }, set: { name: "ADA" } } as const;
    await expect(write(store, renamed)).rejects.toMatchObject({ name: "StoreError" });
    await write(store, { update: "users", key: { id: "u1" }, set: { name: "ADA", lastSeenAt: NOW } });
    expect((await store.read.users()).map(({ name }) => name)).toEqual(["ADA", "bob"]);
  });

  test("a commit that asks for the users sees those that one before it has made", async () => {
    const store = await fresh(open);
    const add = (id: string) =>
      store.commit({ users: true }, NOW, ({ users }) => ({
        write: users.length === 0 ? [{ insert: "users", row: user(id, { role: "admin" }) }] : [],
        reply: users.length,
      }));
    const seen = await Promise.all([add("u1"), add("u2"), add("u3")]);
    expect(seen.sort()).toEqual([0, 1, 1]);
    expect(await store.read.users()).toHaveLength(1);
  });

  test("sign-ins: one, those of a user with the newest first, and those that are over", async () => {
    const store = await fresh(open);
    const rows = [
      signIn("s1", { createdAt: NOW - 5, expiresAt: NOW + 3 }),
      signIn("s2", { createdAt: NOW - 1, expiresAt: NOW + 2 }),
      signIn("s3", { userId: "u2", expiresAt: NOW + 1 }),
    ];
    await write(store, ...rows.map((row) => ({ insert: "signIns", row }) as const));
    expect(await store.read.signIn("s1")).toEqual(rows[0]);
    expect(await store.read.signIn("s4")).toBeNull();
    expect(await store.read.signInsOf("u1")).toEqual([rows[1], rows[0]]);
    expect(await store.read.signInsOf("u3")).toEqual([]);
    const over = async (before: number, limit: number) =>
      (await store.read.expiredSignIns(before, limit)).map(({ id }) => id);
    expect(await over(NOW + 3, 9)).toEqual(["s3", "s2"]);
    expect(await over(NOW + 9, 1)).toEqual(["s3"]);
    expect(await over(NOW + 1, 9)).toEqual([]);
  });

  test("API keys: all of them, the newest first; no two have one hash", async () => {
    const store = await fresh(open);
    const rows = [apiKey("k1"), apiKey("k2", { createdAt: NOW + 1, expiresAt: NOW + 9, scopes: [] })];
    await write(store, ...rows.map((row) => ({ insert: "apiKeys", row }) as const));
    expect(await store.read.apiKeys()).toEqual([rows[1], rows[0]]);
    const same = { insert: "apiKeys", row: apiKey("k3", { hash: "hash of k1" }) } as const;
    await expect(write(store, same)).rejects.toMatchObject({ name: "StoreError" });
    await write(store, { update: "apiKeys", key: { id: "k1" }, set: { revokedAt: NOW } });
    expect((await store.read.apiKeys())[1]).toEqual(apiKey("k1", { revokedAt: NOW }));
  });

  test("the audit log: newest first, by actor and action, pages without overlap or gap", async () => {
    const store = await fresh(open);
    const ids = Array.from({ length: 11 }, (_, index) => `a${String(index).padStart(2, "0")}`);
    const row = (id: string, index: number) =>
      audited(id, {
        actor: index % 2 === 0 ? "ada" : "bob",
        action: index % 3 === 0 ? "run.cancel" : "key.create",
        ...(index === 0 ? { detail: null, target: null, actorKind: "nobody" } : {}),
      });
    await write(store, ...ids.map((id, index) => ({ insert: "audit", row: row(id, index) }) as const));
    const newest = [...ids].reverse();
    expect(await allAudited(store, { limit: 4 })).toEqual(newest);
    expect(await allAudited(store, { limit: 2, actor: "bob" })).toEqual(["a09", "a07", "a05", "a03", "a01"]);
    expect(await allAudited(store, { limit: 2, action: "run.cancel" })).toEqual(["a09", "a06", "a03", "a00"]);
    expect(await allAudited(store, { limit: 1, actor: "ada", action: "run.cancel" })).toEqual(["a06", "a00"]);
    expect(await allAudited(store, { limit: 9, actor: "eve" })).toEqual([]);
    await write(store, { update: "audit", key: { id: "a10" }, set: { outcome: "done" } });
    expect((await store.read.audit({ limit: 1 })).rows).toEqual([{ ...row("a10", 10), outcome: "done" }]);
    expect((await store.read.audit({ limit: 9, cursor: "a01" })).rows).toEqual([row("a00", 0)]);
  });
}
