import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { apiBase, callNames, type Role, roles, routes, type SessionView } from "@stepwell/api/dashboard";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createDashboard, type DashboardOptions } from "./mount.ts";

afterEach(() => void vi.unstubAllEnvs());

const base = "/admin/jobs";
const KEY = "swk_secret-of-the-app";
const told: SessionView = {
  mode: "start",
  user: { id: "key", name: "the key", role: "admin" },
  setupNeeded: false,
  signIn: { password: true, oidc: null },
  csrf: null,
  expiresAt: null,
  version: "0.1.0",
  now: "2026-11-24T10:00:00.000Z",
  clockOffsetMs: 0,
  clockMovable: true,
};

/** A server that answers everything, and keeps what it was asked. */
function world(options: Partial<DashboardOptions> = {}) {
  const asked: { url: string; init: RequestInit }[] = [];
  const server = (async (url: string, init: RequestInit) => {
    asked.push({ url, init });
    if (url.endsWith("/session")) return Response.json({ data: told, meta: { asOf: told.now } });
    return Response.json({ data: [] }, { headers: { "set-cookie": "a=b", "x-request-id": "r1" } });
  }) as unknown as typeof fetch;
  const dashboard = createDashboard({
    url: "http://127.0.0.1:9/",
    apiKey: KEY,
    basePath: base,
    authorize: () => ({ id: "u1", name: "Ana Ö.", role: "admin" }),
    fetch: server,
    ...options,
  });
  const ask = (path: string, init: RequestInit = {}) =>
    dashboard(new Request(`http://localhost:3000${base}${path}`, init));
  const write = (path: string, headers: Record<string, string> = {}) =>
    ask(`${apiBase}${path}`, { method: "POST", body: "{}", headers: { "x-stepwell-csrf": "1", ...headers } });
  return { ask, write, asked, dashboard };
}
const as = (role: Role) => world({ authorize: () => ({ id: "u", name: "u", role }) });
const codeOf = async (response: Response) =>
  ((await response.json()) as { error: { code: string } }).error.code;

describe("passing on", () => {
  it("sends the key and who acts to the server, and neither to the browser", async () => {
    const { ask, asked } = world();
    const answer = await ask(`${apiBase}/runs?q=status%3Afailed`, { headers: { cookie: "app=secret" } });
    expect(answer.status).toBe(200);
    expect(asked[0]?.url).toBe(`http://127.0.0.1:9${apiBase}/runs?q=status%3Afailed`);
    const sent = new Headers(asked[0]?.init.headers);
    expect(sent.get("authorization")).toBe(`Bearer ${KEY}`);
    expect(JSON.parse(decodeURIComponent(sent.get("x-stepwell-actor") ?? ""))).toEqual({
      id: "u1",
      name: "Ana Ö.",
      role: "admin",
    });
    expect(sent.get("cookie")).toBeNull();
    expect(answer.headers.get("set-cookie")).toBeNull();
    expect(answer.headers.get("x-request-id")).toBe("r1");
    expect(JSON.stringify([...answer.headers]) + (await answer.text())).not.toContain(KEY);
  });

  it("tells the pages that they are mounted, and who the visitor is", async () => {
    const { ask } = world();
    const { data } = (await (await ask(`${apiBase}/session`)).json()) as { data: SessionView };
    expect(data).toMatchObject({
      mode: "mounted",
      user: { name: "Ana Ö." },
      signIn: null,
      clockMovable: false,
    });
  });

  it("shows no role above the key's", async () => {
    const server = async () =>
      Response.json({ data: { ...told, user: { ...told.user, role: "viewer" } }, meta: { asOf: told.now } });
    const { ask } = world({ fetch: server as unknown as typeof fetch });
    const { data } = (await (await ask(`${apiBase}/session`)).json()) as { data: SessionView };
    expect(data.user).toEqual({ id: "u1", name: "Ana Ö.", role: "viewer" });
  });

  it("says that the server cannot be reached, and that its key is wrong", async () => {
    const away = world({
      fetch: (async () => Promise.reject(new TypeError("no"))) as unknown as typeof fetch,
    });
    const gone = await away.ask(`${apiBase}/runs`);
    expect([gone.status, await codeOf(gone)]).toEqual([502, "server_unreachable"]);
    const wrong = world({
      fetch: (async () => new Response("", { status: 401 })) as unknown as typeof fetch,
    });
    const refused = await wrong.ask(`${apiBase}/runs`);
    expect([refused.status, await codeOf(refused)]).toEqual([502, "server_refused"]);
  });

  it("streams without gathering", async () => {
    const body = new ReadableStream({
      start: (c) => c.enqueue(new TextEncoder().encode("event: hello\n\n")),
    });
    const answer = new Response(body, { headers: { "content-type": "text/event-stream" } });
    const { ask } = world({ fetch: (async () => answer) as unknown as typeof fetch });
    const stream = await ask(`${apiBase}/stream`);
    expect(stream.headers.get("x-accel-buffering")).toBe("no");
    const reader = (stream.body as ReadableStream<Uint8Array>).getReader();
    expect(new TextDecoder().decode((await reader.read()).value)).toBe("event: hello\n\n");
    await reader.cancel();
  });
});

describe("who may", () => {
  it.each(callNames.filter((name) => routes[name].role !== "public"))("%s, by role", async (name) => {
    const { method, path, role: needs } = routes[name];
    for (const role of roles) {
      const { ask, asked } = as(role);
      const answer = await ask(`${apiBase}${path.replace(/:\w+/g, "x")}`, {
        method,
        headers: { "x-stepwell-csrf": "1" },
      });
      const may = roles.indexOf(role) >= roles.indexOf(needs as Role);
      expect([role, answer.status, asked.length]).toEqual([role, may ? 200 : 403, may ? 1 : 0]);
    }
  });

  it("never passes on sign-in, sign-out and set-up", async () => {
    const { ask, asked } = world();
    for (const name of ["signIn", "signOut", "setUp"] as const) {
      const { method, path } = routes[name];
      const answer = await ask(`${apiBase}${path}`, { method, headers: { "x-stepwell-csrf": "1" } });
      expect(answer.status).toBe(404);
    }
    expect(asked).toEqual([]);
  });

  it("knows no address beside the table", async () => {
    const { ask, asked } = world();
    for (const path of ["/nothing", "/runs/a/b/c", "/../../../e/key", "/%2e%2e/x/y/z/q"])
      expect((await ask(`${apiBase}${path}`)).status).not.toBe(502);
    expect(asked).toEqual([]);
  });

  it("answers nobody with 401, and a Response of the app as it is", async () => {
    expect(await codeOf(await world({ authorize: () => null }).ask(`${apiBase}/runs`))).toBe(
      "sign_in_required",
    );
    const redirect = world({
      authorize: () => new Response(null, { status: 303, headers: { location: "/in" } }),
    });
    expect((await redirect.ask("/runs")).headers.get("location")).toBe("/in");
  });

  it.each<[string, () => unknown]>([
    ["throws", () => Promise.reject(new Error("no database"))],
    ["forgets to answer", () => undefined],
    ["answers a role that there is not", () => ({ id: "u", name: "u", role: "root" })],
    ["answers an id that is no text", () => ({ id: 7, name: "u", role: "admin" })],
  ])("lets nobody in where authorize %s", async (_, authorize) => {
    const { ask, asked } = world({ authorize: authorize as NonNullable<DashboardOptions["authorize"]> });
    for (const path of ["/runs", `${apiBase}/runs`, `${apiBase}/session`])
      await expect(ask(path)).rejects.toThrow();
    expect(asked).toEqual([]);
  });

  it.each([
    ["another origin", { origin: "https://evil.example" }],
    ["a page of another site", { "sec-fetch-site": "cross-site" }],
    ["a page of a sister domain", { "sec-fetch-site": "same-site" }],
    ["a form, which cannot send the header", { "x-stepwell-csrf": "" }],
  ])("refuses a write of %s", async (_, headers) => {
    const { write, asked } = world();
    const answer = await write("/runs/x/cancel", headers as unknown as Record<string, string>);
    expect([answer.status, await codeOf(answer)]).toEqual([403, "origin_not_allowed"]);
    expect(asked).toEqual([]);
  });

  it("takes a write of its own page, also behind a proxy", async () => {
    const { write } = world();
    expect((await write("/runs/x/cancel", { origin: "http://localhost:3000" })).status).toBe(200);
    const behind = { origin: "https://app.example", "x-forwarded-host": "app.example" };
    expect((await write("/runs/x/cancel", behind)).status).toBe(200);
  });
});

it("ends the live stream of a visitor whom the app no longer knows", async () => {
  vi.useFakeTimers();
  try {
    const source = new ReadableStream({ start: (c) => c.enqueue(new TextEncoder().encode("a")) });
    const answer = new Response(source, { headers: { "content-type": "text/event-stream" } });
    let known = true;
    const { ask } = world({
      authorize: () => (known ? { id: "u", name: "u", role: "viewer" } : null),
      fetch: (async () => answer) as unknown as typeof fetch,
    });
    const stream = (await ask(`${apiBase}/stream`)).body as ReadableStream<Uint8Array>;
    const reader = stream.getReader();
    expect((await reader.read()).done).toBe(false);
    let ended = false;
    const rest = reader.read().then(({ done }) => {
      ended = done;
    });
    await vi.advanceTimersByTimeAsync(30_000);
    expect(ended).toBe(false);
    known = false;
    await vi.advanceTimersByTimeAsync(15_000);
    await rest;
    expect(ended).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});

it("tells why there is no stream", async () => {
  const full = { error: { code: "overloaded", message: "Too many pages", requestId: "r" } };
  const { ask } = world({
    fetch: (async () => Response.json(full, { status: 503 })) as unknown as typeof fetch,
  });
  const answer = await ask(`${apiBase}/stream`);
  expect([answer.status, await codeOf(answer)]).toEqual([503, "overloaded"]);
});

describe("over HTTP", () => {
  /** A server of our own, by its real answers. */
  async function over(
    handle: (path: string, body: string) => { status: number; headers?: object; body?: string },
  ) {
    const asked: string[] = [];
    const http = createServer(async (request, response) => {
      const path = request.url ?? "";
      asked.push(path);
      let text = "";
      for await (const chunk of request) text += chunk;
      const { status, headers = {}, body = "" } = handle(path, text);
      response.writeHead(status, { ...headers }).end(body);
    });
    await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
    return { ...world({ url, fetch }), seen: asked, close: () => http.close() };
  }

  it("passes a body on as it comes, also where there is none", async () => {
    const bodies: string[] = [];
    const { write, ask, close } = await over((_, body) => {
      bodies.push(body);
      return { status: 200, headers: { "content-type": "application/json" }, body: "{}" };
    });
    expect((await write("/runs/x/cancel")).status).toBe(200);
    const bare = { method: "DELETE", headers: { "x-stepwell-csrf": "1" } };
    expect((await ask(`${apiBase}/keys/k`, bare)).status).toBe(200);
    expect(bodies).toEqual(["{}", ""]);
    close();
  });

  it("follows no redirect with its key", async () => {
    const { ask, seen, close } = await over(() => ({ status: 302, headers: { location: "/elsewhere" } }));
    for (const path of ["/session", "/runs"]) {
      const answer = await ask(`${apiBase}${path}`);
      expect([answer.status, answer.headers.get("location")]).toEqual([302, null]);
    }
    expect(seen).toEqual([`${apiBase}/session`, `${apiBase}/runs`]);
    close();
  });

  it("says that what answers is no Stepwell", async () => {
    const { ask, close } = await over(() => ({ status: 200, body: "<h1>hello</h1>" }));
    const answer = await ask(`${apiBase}/session`);
    expect([answer.status, await codeOf(answer)]).toEqual([502, "server_unreachable"]);
    close();
  });
});

describe("without authorize", () => {
  const open = { apiKey: undefined, authorize: undefined } as unknown as Partial<DashboardOptions>;
  it("is open on this machine during development", async () => {
    vi.stubEnv("NODE_ENV", "development");
    expect((await world(open).ask(`${apiBase}/runs`)).status).toBe(200);
  });
  it.each(["production", "", undefined])("is closed where NODE_ENV is %s", async (value) => {
    vi.stubEnv("NODE_ENV", value);
    expect((await world(open).ask(`${apiBase}/runs`)).status).toBe(403);
  });
  it("is closed on every other host", async () => {
    vi.stubEnv("NODE_ENV", "development");
    const { dashboard } = world(open);
    const url = `http://jobs.example${base}${apiBase}/runs`;
    expect((await dashboard(new Request(url))).status).toBe(403);
    const rebound = new Request(`http://localhost:3000${base}${apiBase}/runs`, {
      headers: { host: "evil.example" },
    });
    expect((await dashboard(rebound)).status).toBe(403);
  });
});

it("says what is wrong with its options", () => {
  const made = (options: Partial<DashboardOptions>) => () =>
    createDashboard({ url: "http://localhost:8288", ...options });
  expect(made({ url: "localhost" })).toThrow(/url must be the address/);
  expect(made({ apiKey: "signkey-1" })).toThrow(/begin with swk_/);
  expect(made({ basePath: "admin/" })).toThrow(/basePath must be/);
  expect(made({ basePath: "/admin/" })).toThrow(/basePath must be/);
});

it("answers nothing that is not below its base", async () => {
  const { dashboard, asked } = world();
  expect(
    (await dashboard(new Request("http://localhost:3000/admin/jobsx/api/stepwell/v1/runs"))).status,
  ).toBe(404);
  expect(asked).toEqual([]);
});
