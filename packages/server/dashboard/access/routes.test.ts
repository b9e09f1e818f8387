/**
 * Every route of the table with every kind of caller. What is expected is worked out here from the table
 * alone, by other means than the server's, and three lists below pin the decisions themselves: a new route
 * without one fails.
 */
import {
  apiBase,
  type CallName,
  callNames,
  csrfHeader,
  openApiPath,
  type Route,
  routes,
  type Scope,
  type SessionView,
  scopes,
  streamPath,
} from "@stepwell/api/dashboard";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Browser, type OpenWorld, openWorld } from "../../fixtures/open-world.ts";

/** Who may make a call at least; `-`: an API key may never. */
const decisions: Record<CallName, `${"public" | "viewer" | "operator" | "admin"} ${Scope | "-"}`> = {
  getSession: "public read",
  signIn: "public -",
  signOut: "public -",
  setUp: "public -",
  changePassword: "viewer -",
  listSessions: "viewer -",
  endSession: "viewer -",
  getOverview: "viewer read",
  listRuns: "viewer read",
  countRuns: "viewer read",
  getRun: "viewer read",
  getRunTrace: "viewer read",
  getRunWhy: "viewer read",
  cancelRun: "operator runs:write",
  rerunRun: "operator runs:write",
  listEvents: "viewer read",
  getEvent: "viewer read",
  sendEvent: "operator events:write",
  listEventTypes: "viewer read",
  getEventSchema: "viewer read",
  listFunctions: "viewer read",
  getFunction: "viewer read",
  setFunctionMode: "operator functions:write",
  invokeFunction: "operator functions:write",
  listSchedules: "viewer read",
  listTicks: "viewer read",
  runSchedule: "operator functions:write",
  listApps: "viewer read",
  addApp: "admin apps:write",
  syncApp: "admin apps:write",
  previewBulk: "operator runs:write",
  startBulk: "operator runs:write",
  listBulk: "viewer read",
  getBulk: "viewer read",
  actOnBulk: "operator runs:write",
  listKeys: "admin settings",
  createKey: "admin settings",
  revokeKey: "admin settings",
  listUsers: "admin settings",
  createUser: "admin settings",
  updateUser: "admin settings",
  removeUser: "admin settings",
  listAudit: "admin settings",
  getHealth: "viewer read",
};
const doors: [name: string, route: Pick<Route, "method" | "path" | "role" | "scope">][] = [
  ...callNames.map((name): [string, Route] => [name, routes[name]]),
  ["the stream", { method: "GET", path: streamPath, role: "viewer", scope: "read" }],
];

let world: OpenWorld;
const headersOf: Record<string, Record<string, string>> = {};
let keysByScope: Record<Scope, string>;

beforeAll(async () => {
  world = await openWorld();
  await world.user("ana", "admin");
  await world.user("otto", "operator");
  await world.user("vera", "viewer");
  const dora = await world.user("dora", "admin");
  const expired = await world.signIn("ana");
  const shortKey = await world.key([...scopes], 1);
  world.pass(2 * 86_400_000);
  const browser = ({ cookie, csrf }: Browser) => ({ cookie, [csrfHeader]: csrf });
  const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` });
  const disabled = await world.signIn("dora");
  const admin = await world.signIn("ana");
  await world.say(`/users/${dora.id}`, { method: "PATCH", body: { disabled: true }, as: admin });
  const revoked = await world.key([...scopes]);
  await world.say(`/keys/${revoked.id}`, { method: "DELETE", as: admin });
  Object.assign(headersOf, {
    nobody: {},
    viewer: browser(await world.signIn("vera")),
    operator: browser(await world.signIn("otto")),
    admin: browser(admin),
    "admin without csrf": { cookie: admin.cookie },
    "disabled user": browser(disabled),
    "expired sign-in": browser(expired),
    "revoked key": bearer(revoked.secret),
    "expired key": bearer(shortKey.secret),
    "unknown key": bearer(`swk_${"x".repeat(43)}`),
    "signing key": bearer("signkey-test-12345678"),
    "bad key beside a good cookie": { ...browser(admin), ...bearer("swk_bad") },
  });
  const made = await Promise.all(
    scopes.map(async (scope) => [scope, (await world.key([scope])).secret] as const),
  );
  keysByScope = Object.fromEntries(made) as Record<Scope, string>;
});
afterAll(() => world.close());

/** `allowed`: whatever the call then makes of ids and bodies that do not exist, it is no question of access. */
async function ask(
  { method, path }: Pick<Route, "method" | "path">,
  headers: Record<string, string>,
): Promise<string> {
  const response = await world.say(path.replaceAll(/:\w+/g, "01KAV000000000000000000XXX"), {
    method,
    headers: { ...headers, ...(method === "GET" ? {} : { "content-type": "application/json" }) },
  });
  if (response.headers.get("content-type")?.startsWith("text/event-stream")) {
    await response.body?.cancel();
    return "allowed";
  }
  const { error } = (await response.json()) as { error?: { code: string } };
  const isAccess =
    /^(?:sign_in_required|role_too_low|scope_missing|csrf_missing|api_key_invalid|setup_needed)$/;
  return error !== undefined && isAccess.test(error.code) ? `${response.status} ${error.code}` : "allowed";
}

const rank = { public: 0, viewer: 1, operator: 2, admin: 3 };

describe.each(doors)("%s", (name, route) => {
  const isOpen = route.role === "public";

  it("is decided, and the table says so", () => {
    if (name === "the stream") return;
    expect(`${route.role} ${route.scope ?? "-"}`).toBe(decisions[name as CallName]);
  });

  it.each(["nobody", "disabled user", "expired sign-in"])("for %s", async (who) => {
    expect(await ask(route, headersOf[who] ?? {})).toBe(isOpen ? "allowed" : "401 sign_in_required");
  });

  it.each(["viewer", "operator", "admin"] as const)("for a signed-in %s", async (role) => {
    // Signing out would end what the next test needs.
    if (name === "signOut") return;
    expect(await ask(route, headersOf[role] ?? {})).toBe(
      rank[role] >= rank[route.role] ? "allowed" : "403 role_too_low",
    );
  });

  it("for a browser whose page does not prove itself", async () => {
    expect(await ask(route, headersOf["admin without csrf"] ?? {})).toBe(
      route.method === "GET" ? "allowed" : "403 csrf_missing",
    );
  });

  it.each(["revoked key", "expired key", "unknown key", "signing key", "bad key beside a good cookie"])(
    "for a %s",
    async (who) => {
      expect(await ask(route, headersOf[who] ?? {})).toBe("401 api_key_invalid");
    },
  );

  it.each(scopes)("for a key that holds %s", async (scope) => {
    const authorization = `Bearer ${keysByScope[scope]}`;
    expect(await ask(route, { authorization })).toBe(route.scope === scope ? "allowed" : "403 scope_missing");
  });
});

describe("a mounted dashboard", () => {
  const actor = (role: string) => encodeURIComponent(JSON.stringify({ id: "7", name: "Uma", role }));
  const asActor = async (keyScopes: Scope[], role: string, name: CallName) => {
    const { secret } = await world.key(keyScopes);
    return ask(routes[name], { authorization: `Bearer ${secret}`, "x-stepwell-actor": actor(role) });
  };

  it("acts with the role that it says, as far as its key allows", async () => {
    expect(await asActor([...scopes], "admin", "listUsers")).toBe("allowed");
    expect(await asActor([...scopes], "operator", "listUsers")).toBe("403 role_too_low");
    expect(await asActor([...scopes], "viewer", "cancelRun")).toBe("403 role_too_low");
    expect(await asActor(["read", "runs:write"], "admin", "cancelRun")).toBe("allowed");
    expect(await asActor(["read", "runs:write"], "admin", "listUsers")).toBe("403 scope_missing");
  });

  it("is told the lower of its role and what the key stands for", async () => {
    const roleOf = async (keyScopes: Scope[], role: string) => {
      const { secret } = await world.key(keyScopes);
      const headers = { authorization: `Bearer ${secret}`, "x-stepwell-actor": actor(role) };
      const { data } = (await (await world.say("/session", { headers })).json()) as { data: SessionView };
      return data.user?.role;
    };
    expect(await roleOf(["read"], "admin")).toBe("viewer");
    expect(await roleOf(["read", "runs:write"], "admin")).toBe("operator");
    expect(await roleOf(["read", "settings"], "admin")).toBe("admin");
    expect(await roleOf(["read", "settings"], "operator")).toBe("operator");
  });

  it("is believed with a key only: a browser is who it has signed in as", async () => {
    const headers = { ...headersOf["viewer"], "x-stepwell-actor": actor("admin") };
    expect(await ask(routes.listUsers, headers)).toBe("403 role_too_low");
    expect(await ask(routes.listUsers, { "x-stepwell-actor": actor("admin") })).toBe("401 sign_in_required");
  });
});

it("the OpenAPI document is for everybody", async () => {
  for (const headers of [{}, headersOf["viewer"] ?? {}])
    expect((await world.say(openApiPath, { headers })).status).toBe(200);
});

it("another site's page gets nothing at all", async () => {
  for (const [, { method, path }] of doors) {
    const headers = { ...headersOf["admin"], "sec-fetch-site": "cross-site", "sec-fetch-mode": "cors" };
    const response = await world.say(path, { method, headers });
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ error: { code: "origin_not_allowed" } });
  }
});

it("nobody gets an address of the API that is none of the table's", async () => {
  const response = await world.say("/nothing");
  expect(response.status).toBe(404);
  expect(await response.json()).toMatchObject({ error: { code: "not_found" } });
  expect(await (await world.say(`http://evil.example${apiBase}/session`)).json()).toMatchObject({
    error: { code: "host_not_allowed" },
  });
});

it("a refused act of a known caller is in the audit log", async () => {
  await world.say("/runs/R1/cancel", { method: "POST", headers: headersOf["viewer"] ?? {} });
  const { rows } = await world.engine.read.audit({ limit: 1, action: "run.cancel" });
  expect(rows[0]).toMatchObject({
    actor: "vera",
    outcome: "refused",
    target: "run R1",
    detail: { code: "role_too_low" },
  });
});

it("so is one that fails, with what it was about", async () => {
  const id = "01KAV000000000000000000XXX";
  await world.say(`/users/${id}`, {
    method: "PATCH",
    body: { role: "viewer" },
    headers: headersOf["admin"] ?? {},
  });
  const { rows } = await world.engine.read.audit({ limit: 1, action: "user.update" });
  expect(rows[0]).toMatchObject({ outcome: "refused", target: `user ${id}`, detail: { code: "not_found" } });
});

it("who acts through a key is named with it, since a holder of a key can say anything", async () => {
  const { secret } = await world.key(["events:write"]);
  const headers = {
    authorization: `Bearer ${secret}`,
    "x-stepwell-actor": encodeURIComponent(JSON.stringify({ id: "7", name: "ana", role: "admin" })),
  };
  const sent = { method: "POST", body: { name: "test/sent", data: {} }, headers };
  expect((await world.say("/events", sent)).status).toBe(200);
  const { rows } = await world.engine.read.audit({ limit: 1, action: "event.send" });
  expect(rows[0]).toMatchObject({
    actor: "ana",
    actorKind: "mounted",
    outcome: "done",
    detail: { name: "test/sent", key: `ci …${secret.slice(-4)}` },
  });
});
