/** Bad input (issue A, F.5): each is refused with a clear text, and the server lives on. */
import { request as httpRequest } from "node:http";
import { expect, test } from "vitest";
import { openOwn } from "./bench.ts";
import { answerHeaders, sdk } from "./sdk.ts";
import { EVENT_KEY, SIGNING_KEY, until, type World, type WorldOptions } from "./world.ts";

const MIB = 1024 * 1024;
const DEEP = 100_000;
const UNKNOWN_ID = "01HF000000000000000000000A";

async function open(options: Partial<WorldOptions> = {}): Promise<World> {
  const functions: WorldOptions["functions"] = (client) => [
    client.createFunction(
      { id: "good", retries: 0, triggers: [{ event: "good" }] },
      ({ event }) => event.data,
    ),
    client.createFunction({ id: "victim", retries: 0, triggers: [{ event: "victim" }] }, () => "ran"),
  ];
  const world = await openOwn({ mode: "start", functions, ...options });
  await world.sync();
  return world;
}

/** A good event still runs, end to end. */
async function livesOn(world: World): Promise<void> {
  world.app.intercept = null;
  const data = { at: Math.random() };
  const [id = ""] = await world.send({ name: "good", data });
  const run = await world.ended((await world.runOf(id)).run_id);
  expect(run).toMatchObject({ status: "Completed", output: data });
}

interface Answer {
  status: number;
  body: { error?: string; status?: number; code?: string; ids?: string[]; [key: string]: unknown };
}
const answerOf = async (response: Response): Promise<Answer> => ({
  status: response.status,
  body: (await response.json()) as Answer["body"],
});
const postEvents = async (
  world: World,
  body: string | ReadableStream,
  key = EVENT_KEY,
  headers: Record<string, string> = {},
): Promise<Answer> =>
  answerOf(
    await fetch(`${world.server.url}/e/${key}`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body,
      ...(typeof body === "string" ? {} : { duplex: "half" }),
    } as RequestInit),
  );
const register = async (world: World, body: string, key = SIGNING_KEY): Promise<Answer> =>
  answerOf(
    await fetch(`${world.server.url}/fn/register`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body,
    }),
  );

const deepObject = `${'{"a":'.repeat(DEEP)}1${"}".repeat(DEEP)}`;

/** The failed run of an event `victim`: its output is the error. */
async function victimFails(world: World): Promise<{ name: string; message: string }> {
  const [id = ""] = await world.send({ name: "victim" });
  const run = await world.ended((await world.runOf(id)).run_id);
  expect(run.status).toBe("Failed");
  return run.output as { name: string; message: string };
}

test("malformed JSON is refused with 400 by ingest and by register", async () => {
  const world = await open();
  for (const text of ['[{"name":"good"', "", "undefined", '{"name":"good"}x', "\u0000", "{'name':'good'}"]) {
    const sent = await postEvents(world, text);
    expect({ text, ...sent }).toMatchObject({
      text,
      status: 400,
      body: { status: 400, code: "invalid_json" },
    });
    expect(sent.body.error).toMatch(/JSON/);
    expect(await register(world, text)).toMatchObject({ status: 400, body: { status: 400 } });
  }
  for (const text of [
    "[1]",
    "null",
    '"text"',
    '[{"name":7}]',
    '[{"name":"a","data":[]}]',
    '[{"name":"a","ts":"soon"}]',
  ]) {
    const sent = await postEvents(world, text);
    expect({ text, ...sent }).toMatchObject({ text, status: 400, body: { code: "event_invalid" } });
  }
  for (const text of [
    "[]",
    "null",
    "7",
    '{"functions":7}',
    '{"appName":"app","url":"ftp://x","functions":[]}',
  ])
    expect({ text, ...(await register(world, text)) }).toMatchObject({
      text,
      status: 400,
      body: { status: 400 },
    });
  await livesOn(world);
});

test("a body over the limit is refused with 413, announced or streamed", async () => {
  const world = await open({ server: { maxBodyBytes: MIB } });
  const big = JSON.stringify([{ name: "good", data: { text: "x".repeat(2 * MIB) } }]);
  const refused = { status: 413, body: { status: 413, code: "body_too_large" } };
  expect(await postEvents(world, big)).toMatchObject(refused);
  const streamed = new Blob([big]).stream();
  expect(await postEvents(world, streamed)).toMatchObject(refused);
  expect(await register(world, big)).toMatchObject({ status: 413, body: { status: 413 } });
  expect((await world.json("/v1/events")).data).toEqual([]);
  expect((await postEvents(world, big)).body.error).toContain("--max-body");
  await livesOn(world);
});

test("an event over 3 MiB is refused with 413, the events before it are stored", async () => {
  const world = await open();
  const big = { name: "good", data: { text: "x".repeat(3 * MIB) } };
  const { status, body } = await postEvents(world, JSON.stringify([{ name: "before" }, big]));
  expect({ status, code: body.code }).toEqual({ status: 413, code: "event_too_large" });
  expect(body.error).toMatch(/2 of 2.*3 MiB/);
  const stored = (await world.json("/v1/events")).data as { name: string }[];
  expect(stored.map((event) => event.name)).toEqual(["before"]);
  const nearly = { name: "victim", data: { text: "x".repeat(3 * MIB - 100) } };
  expect((await postEvents(world, JSON.stringify(nearly))).status).toBe(200);
  await livesOn(world);
});

test("100,000-deep JSON is refused wherever it comes in", async () => {
  const world = await open();
  const event = `[{"name":"good","data":${deepObject}}]`;
  expect(await postEvents(world, event)).toMatchObject({ status: 400, body: { code: "json_too_deep" } });
  expect(await postEvents(world, "[".repeat(DEEP))).toMatchObject({ status: 400 });
  const sync = `{"appName":"app","url":"${world.app.url}","functions":[{"id":"app-x","triggers":${deepObject}}]}`;
  expect(await register(world, sync)).toMatchObject({ status: 400, body: { status: 400 } });
  await livesOn(world);
});

test("100,000-deep JSON from an app fails the run, or the sync, with a clear error", async () => {
  const world = await open({ mode: "dev" });
  world.app.intercept = (request, reply) => {
    if (request.method === "PUT") {
      const body = `{"app_id":"app","url":"${world.app.url}","functions":[{"id":"app-x","triggers":${deepObject}}]}`;
      reply(200, body, { ...answerHeaders, "x-inngest-sync-kind": "in_band" });
    } else reply(200, deepObject, answerHeaders);
    return true;
  };
  expect((await victimFails(world)).message).toMatch(/deep/);
  await expect(world.server.engine.syncUrl(world.app.url)).rejects.toMatchObject({ name: "StepwellError" });
  await livesOn(world);
});

test("`__proto__` keys stay data and pollute nothing", async () => {
  const world = await open();
  const data = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"n":1}';
  const sent = await postEvents(
    world,
    `[{"name":"good","__proto__":{"name":"inngest/x","polluted":1},"data":${data},"user":{"__proto__":{"a":1}}}]`,
  );
  expect(sent.status).toBe(200);
  const run = await world.ended((await world.runOf(sent.body.ids?.[0] ?? "")).run_id);
  expect(run.status).toBe("Completed");
  expect(run.output).toMatchObject({ n: 1 });
  const read = await (await world.fetch(`/v1/events/${sent.body.ids?.[0]}`)).text();
  expect(read).toContain('"__proto__":{"polluted":1}');
  expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  expect(({} as { polluted?: number }).polluted).toBeUndefined();
  const form = await fetch(`${world.server.url}/e/${EVENT_KEY}`, {
    method: "POST",
    body: new URLSearchParams({ name: "good", ["__proto__"]: "x" }),
  });
  expect(form.status).toBe(200);
  await livesOn(world);
});

test("a wrong event key and a wrong signing key are refused with 401 and change nothing", async () => {
  const world = await open();
  const sent = await postEvents(world, '[{"name":"good"}]', "wrong-key");
  expect(sent).toMatchObject({ status: 401, body: { status: 401, code: "event_key_unknown" } });
  const sync = JSON.stringify({ appName: "app", url: world.app.url, functions: [] });
  expect(await register(world, sync, `${SIGNING_KEY}00`)).toMatchObject({
    status: 401,
    body: { status: 401 },
  });
  const read = await fetch(`${world.server.url}/v1/events`, { headers: { authorization: "Bearer wrong" } });
  expect(await answerOf(read)).toMatchObject({ status: 401, body: { code: "unauthorized" } });
  const v2 = await fetch(`${world.server.url}/v2/runs`, { headers: { authorization: "Bearer wrong" } });
  expect(await answerOf(v2)).toMatchObject({ status: 401, body: { errors: [{ code: "unauthorized" }] } });
  expect((await world.json("/v1/events")).data).toEqual([]);
  await livesOn(world);
});

test("unknown ids are 404, malformed ones 400, in the dialect of the path", async () => {
  const world = await open();
  const ask = async (path: string, method = "GET") => answerOf(await world.fetch(path, { method }));
  const unknown: [string, string][] = [
    ["GET", `/v1/runs/${UNKNOWN_ID}`],
    ["DELETE", `/v1/runs/${UNKNOWN_ID}`],
    ["GET", `/v1/events/${UNKNOWN_ID}`],
    ["GET", `/v1/events/${UNKNOWN_ID}/runs`],
    ["GET", `/v2/runs/${UNKNOWN_ID}`],
    ["GET", `/v2/runs/${UNKNOWN_ID}/trace`],
    ["GET", "/nowhere"],
  ];
  for (const [method, path] of unknown) {
    const { status, body } = await ask(path, method);
    expect({ path, status }).toEqual({ path, status: 404 });
    if (path.startsWith("/v2")) expect(body).toMatchObject({ errors: [{ code: "not_found" }] });
    else
      expect(body).toMatchObject({
        status: 404,
        code: "not_found",
        error: expect.stringMatching(/There is n/),
      });
  }
  for (const id of ["nope", `${UNKNOWN_ID}A`, "'; drop table runs; --", "8ZZZZZZZZZZZZZZZZZZZZZZZZZ", "%00"])
    for (const path of ["/v1/runs/", "/v1/events/", "/v2/runs/"]) {
      const { status, body } = await ask(path + encodeURIComponent(id));
      expect({ path, id, status }).toEqual({ path, id, status: 400 });
      expect(JSON.stringify(body)).toContain("id_malformed");
    }
  expect(await ask("/v1/events?limit=nine")).toMatchObject({ status: 400, body: { code: "query_invalid" } });
  expect(await ask("/v2/runs?status=odd")).toMatchObject({ status: 400 });
  expect(await ask("/v2/runs?functionId=app-unheard-of")).toMatchObject({ status: 200, body: { data: [] } });
  await livesOn(world);
});

test("a function that the app does not know any more fails its run with the app's words", async () => {
  const world = await open();
  const { client } = world;
  world.app.deploy([
    client.createFunction(
      { id: "good", retries: 0, triggers: [{ event: "good" }] },
      ({ event }) => event.data,
    ),
  ]);
  const words = sdk.name === "v3" ? /No function ID found/ : /app-victim/;
  expect((await victimFails(world)).message).toMatch(words);
  await livesOn(world);
});

test("an app that answers HTML fails the run, and the sync, and says what came", async () => {
  const world = await open();
  const html = "<!doctype html><title>Welcome to nginx!</title>";
  world.app.intercept = (_, reply) => {
    reply(200, html, { "content-type": "text/html" });
    return true;
  };
  const error = await victimFails(world);
  expect(error.message).toMatch(/SDK|Inngest/);
  await expect(world.server.engine.syncUrl(world.app.url)).rejects.toMatchObject({
    code: "not_an_app",
    message: expect.stringContaining(world.app.url),
  });
  await livesOn(world);
});

test("an app that hangs fails the run after the request timeout", async () => {
  const world = await open({ server: { requestTimeoutMs: 300 } });
  let cut = false;
  world.app.intercept = (_, __, raw) => {
    (raw as unknown as NodeJS.EventEmitter).once("close", () => {
      cut = true;
    });
    return true;
  };
  const error = await victimFails(world);
  expect(error.name).toBe("RequestTimeout");
  expect(error.message).toMatch(/300 ms/);
  await until("the server has let go of the connection", () => cut);
  await livesOn(world);
});

/** A request with headers that fetch does not let one set. */
function rawRequest(
  world: World,
  method: string,
  path: string,
  headers: Record<string, string>,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { port } = world.server;
    const auth = { authorization: `Bearer ${SIGNING_KEY}`, "content-type": "application/json" };
    const sent = httpRequest(
      { host: "127.0.0.1", port, method, path, headers: { ...auth, ...headers } },
      (got) => {
        let text = "";
        got.setEncoding("utf8").on("data", (chunk: string) => {
          text += chunk;
        });
        got.on("end", () =>
          resolve({ status: got.statusCode ?? 0, body: text === "" ? {} : JSON.parse(text) }),
        );
      },
    );
    sent.on("error", reject);
    sent.end(method === "POST" ? '[{"name":"victim"}]' : undefined);
  });
}

test("a foreign Host is refused with 403 on every path, loopback names are not", async () => {
  const world = await open();
  const { port } = world.server;
  const refused = { status: 403, body: { status: 403, code: "host_not_allowed" } };
  const paths: [string, string][] = [
    ["GET", "/health"],
    ["GET", "/v1/events"],
    ["POST", `/e/${EVENT_KEY}`],
    ["POST", "/fn/register"],
  ];
  for (const host of [
    "evil.example",
    `evil.example:${port}`,
    `localhost.evil.example:${port}`,
    `127.0.0.1.evil.example`,
  ])
    for (const [method, path] of paths)
      expect({ host, ...(await rawRequest(world, method, path, { host })) }).toMatchObject({
        host,
        ...refused,
      });
  expect((await rawRequest(world, "GET", "/health", { host: "evil.example" })).body.error).toContain(
    "evil.example",
  );
  expect((await world.json("/v1/events")).data).toEqual([]);
  for (const host of ["localhost", `localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`])
    expect((await rawRequest(world, "GET", "/health", { host })).status).toBe(200);
  await livesOn(world);
});

test("a write from a foreign Origin is refused with 403, events are taken from any", async () => {
  const world = await open();
  const [id = ""] = await world.send({ name: "good" });
  const { run_id: runId } = await world.runOf(id);
  const refused = { status: 403, body: { code: "origin_not_allowed" } };
  const sync = JSON.stringify({ appName: "app", url: "http://evil.example/api/inngest", functions: [] });
  for (const origin of [
    "https://evil.example",
    "http://localhost.evil.example",
    "null",
    "https://127.0.0.1.evil.example",
  ]) {
    const headers = { origin, authorization: `Bearer ${SIGNING_KEY}`, "content-type": "application/json" };
    const post = await fetch(`${world.server.url}/fn/register`, { method: "POST", headers, body: sync });
    expect({ origin, ...(await answerOf(post)) }).toMatchObject({ origin, ...refused });
    expect(await rawRequest(world, "DELETE", `/v1/runs/${runId}`, { origin })).toMatchObject(refused);
    expect(await rawRequest(world, "POST", `/v2/runs/${runId}/cancel`, { origin })).toMatchObject({
      status: 403,
    });
    expect(await rawRequest(world, "POST", `/e/${EVENT_KEY}`, { origin })).toMatchObject({ status: 200 });
  }
  const local = { origin: `http://localhost:${world.server.port}` };
  expect((await rawRequest(world, "DELETE", `/v1/runs/${runId}`, local)).status).toBe(200);
  await livesOn(world);
});
