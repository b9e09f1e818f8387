/** What stands beside the table: who follows a stream, who is asked over which way, and where addresses come from. */
import { apiBase } from "@stepwell/api/dashboard";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { addressOf, isHttps, rememberConnection } from "../../connection.ts";
import { optionsFor } from "../../fixtures/fake-engine.ts";
import { type OpenWorld, openWorld, SITE } from "../../fixtures/open-world.ts";
import { type Access, createAccess } from "./access.ts";

let world: OpenWorld;
let access: Access;
beforeEach(async () => {
  world = await openWorld();
  access = createAccess({ ...optionsFor(world.engine as never), mode: "start" });
});
afterEach(() => world.close());

const request = (headers: Record<string, string>) => new Request(`${SITE}${apiBase}/stream`, { headers });
const callerName = async (headers: Record<string, string>) =>
  (await access.callerOf(request(headers)))?.name ?? null;

it("asking for the headers of the stream opens none", async () => {
  await world.user("root", "admin");
  const { cookie } = await world.signIn("root");
  const listening = vi.spyOn(world.engine, "onChange");
  const response = await world.say("/stream", { method: "HEAD", headers: { cookie } });
  expect([response.status, response.body]).toEqual([200, null]);
  expect(response.headers.get("content-type")).toContain("text/event-stream");
  expect(listening).not.toHaveBeenCalled();
});

describe("who follows a stream", () => {
  it("is somebody as long as their sign-in lasts, and asking does not prolong it", async () => {
    const user = await world.user("ana", "viewer");
    await world.user("root", "admin");
    const { cookie } = await world.signIn("ana");
    const [before] = await world.engine.read.signInsOf(user.id);
    world.pass(12 * 3_600_000 - 1);
    expect(await callerName({ cookie })).toBe("ana");
    expect((await world.engine.read.signInsOf(user.id))[0]).toEqual(before);
    world.pass(1);
    expect(await callerName({ cookie })).toBeNull();
  });

  it("is nobody once the user is disabled or the key revoked", async () => {
    await world.user("root", "admin");
    const user = await world.user("ana", "viewer");
    const root = await world.signIn("root");
    const { cookie } = await world.signIn("ana");
    const key = await world.key(["read"]);
    const bearer = { authorization: `Bearer ${key.secret}` };
    expect([await callerName({ cookie }), await callerName(bearer)]).toEqual(["ana", "ci"]);
    await world.say(`/users/${user.id}`, { method: "PATCH", body: { disabled: true }, as: root });
    await world.say(`/keys/${key.id}`, { method: "DELETE", as: root });
    expect([await callerName({ cookie }), await callerName(bearer)]).toEqual([null, null]);
  });

  it("is nobody with a sign-in that outlived its user's right to it", async () => {
    await world.user("root", "admin");
    const user = await world.user("ana", "viewer");
    const { cookie } = await world.signIn("ana");
    const set = (disabled: boolean) =>
      world.engine.commit({}, () => ({
        write: [{ update: "users", key: { id: user.id }, set: { disabled } }],
        reply: null,
      }));
    await set(true);
    expect(await callerName({ cookie })).toBeNull();
    await set(false);
    expect(await callerName({ cookie })).toBe("ana");
    await world.engine.commit({}, () => ({
      write: [{ remove: "users", key: { id: user.id } }],
      reply: null,
    }));
    expect(await callerName({ cookie })).toBeNull();
  });

  it("is nobody without a sign-in, with a key that may not read, and before the set-up", async () => {
    expect(await callerName({})).toBeNull();
    const key = await world.key(["settings"]);
    expect(await callerName({ authorization: `Bearer ${key.secret}` })).toBeNull();
    await world.user("root", "admin");
    expect(await callerName({})).toBeNull();
    expect(await callerName({ authorization: `Bearer ${key.secret}` })).toBeNull();
  });

  it("fails where the store does: that is no answer to the question", async () => {
    const broken = {
      ...world.engine,
      read: { ...world.engine.read, users: () => Promise.reject(new Error("disk")) },
    };
    const asked = createAccess({ ...optionsFor(broken as never), mode: "start" }).callerOf(request({}));
    await expect(asked).rejects.toThrow("disk");
  });
});

describe("a sign-in cookie", () => {
  it("is good under the name of its way only: https, or plain http on this port", async () => {
    await world.user("ana", "admin");
    const { cookie } = await world.signIn("ana");
    const token = cookie.slice("stepwell-8288=".length);
    expect(await callerName({ cookie: `other=1; ${cookie}; more=2` })).toBe("ana");
    for (const other of [`__Host-stepwell=${token}`, `stepwell-8289=${token}`, `stepwell=${token}`])
      expect(await callerName({ cookie: other })).toBeNull();
    const secure = new Request(`https://localhost:8288${apiBase}/stream`, { headers: { cookie } });
    expect(await access.callerOf(secure)).toBeNull();
    const bound = new Request(secure, { headers: { cookie: `__Host-stepwell=${token}` } });
    expect((await access.callerOf(bound))?.name).toBe("ana");
  });
});

describe("the client's address and way", () => {
  const from = (headers: Record<string, string>) => {
    const asked = new Request("http://localhost/", { headers });
    rememberConnection(asked, { address: "10.0.0.9" });
    return asked;
  };
  const forwarded = { "x-forwarded-for": "1.1.1.1, 2.2.2.2", "x-forwarded-proto": "http, https" };

  it("are those of the socket, unless a proxy is trusted: then what it has seen itself", () => {
    expect(addressOf(from(forwarded), false)).toBe("10.0.0.9");
    expect(addressOf(from(forwarded), true)).toBe("2.2.2.2");
    expect(addressOf(from({ "x-forwarded-for": "2.2.2.2:5000" }), true)).toBe("2.2.2.2");
    expect(addressOf(from({ "x-forwarded-for": "[2001:db8::1]:5000" }), true)).toBe("2001:db8::1");
    expect(addressOf(from({ "x-forwarded-for": "2001:db8::1" }), true)).toBe("2001:db8::1");
    expect(addressOf(from({}), true)).toBe("10.0.0.9");
    expect(addressOf(new Request("http://localhost/"), false)).toBeNull();
    expect([isHttps(from(forwarded), false), isHttps(from(forwarded), true)]).toEqual([false, true]);
    expect(isHttps(from({ "x-forwarded-proto": "http" }), true)).toBe(false);
    expect(isHttps(new Request("https://localhost/"), false)).toBe(true);
  });
});
