/** An app tells its functions: by registering itself, or in the answer of a PUT (wire.md §3). */
import { createHmac } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startStepwell } from "stepwell";
import { expect, onTestFinished, test } from "vitest";
import { freePort } from "../crash/cli.ts";
import { startApp } from "./app.ts";
import { openOwn } from "./bench.ts";
import { createClient } from "./sdk.ts";
import { EVENT_KEY, SIGNING_KEY, until, type World, type WorldOptions } from "./world.ts";

async function open(options: Partial<WorldOptions> = {}): Promise<World> {
  const functions: WorldOptions["functions"] = (client) => [
    client.createFunction({ id: "echo", triggers: [{ event: "go" }] }, ({ event }) => event.data),
  ];
  return openOwn({ functions, ...options });
}

interface Register {
  path: string;
  body: Record<string, unknown>;
  status: number;
  answer: Record<string, unknown>;
}

/** A fetch for the SDK that writes down its register calls, and may change their bodies. */
function recorder(
  calls: Register[],
  change: (body: Record<string, unknown>) => object = (body) => body,
): typeof fetch {
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    if (url.pathname !== "/fn/register") return fetch(input, init);
    const body = change(JSON.parse(String(init?.body))) as Record<string, unknown>;
    const response = await fetch(input, { ...init, body: JSON.stringify(body) });
    const answer = (await response.clone().json()) as Record<string, unknown>;
    calls.push({ path: url.pathname, body, status: response.status, answer });
    return response;
  };
}

const slugs = async (world: World): Promise<string[]> =>
  ((await world.json("/dev")).functions as { slug: string }[]).map((fn) => fn.slug).sort();

test("W-1: a bare PUT to an app makes it register itself, the app answers 200 and is listed", async () => {
  const calls: Register[] = [];
  const world = await open({ clientOptions: { fetch: recorder(calls) } });
  expect(await slugs(world)).toEqual([]);
  const put = async () => {
    const response = await fetch(world.app.url, { method: "PUT" });
    return { status: response.status, body: await response.json() };
  };
  expect(await put()).toMatchObject({ status: 200, body: { modified: true } });
  expect(calls).toMatchObject([
    {
      status: 200,
      body: { appName: "app", url: world.app.url },
      answer: { ok: true, modified: true, status: 200 },
    },
  ]);
  expect(await slugs(world)).toEqual(["app-echo"]);
  const apps = await world.json("/dev");
  expect(JSON.stringify(apps)).toContain(world.app.url);
  // Nothing has changed since.
  expect(await put()).toMatchObject({ status: 200, body: { modified: false } });
  expect(calls).toHaveLength(2);
});

test("W-2: a register call without an app name answers {status: 400, error}, and so does the app's PUT", async () => {
  const calls: Register[] = [];
  const nameless = ({ appName, ...body }: Record<string, unknown>) =>
    calls.length === 0 ? body : { ...body, appName: "" };
  const world = await open({ clientOptions: { fetch: recorder(calls, nameless) } });
  for (const index of [0, 1]) {
    const put = await fetch(world.app.url, { method: "PUT" });
    const { message } = (await put.json()) as { message: string };
    const call = calls[index];
    expect(call?.status).toBe(400);
    expect(call?.answer.status).toBe(400);
    expect(call?.answer.error).toMatch(/no name/);
    expect(put.status).toBe(400);
    expect(message).toBe(call?.answer.error);
  }
  expect(await slugs(world)).toEqual([]);
});

test("W-5: a signed in-band PUT stores the functions of its answer, without a register call", async () => {
  const calls: Register[] = [];
  const port = await freePort();
  const client = createClient({
    id: "app",
    baseUrl: `http://127.0.0.1:${port}`,
    isDev: false,
    eventKey: EVENT_KEY,
    signingKey: SIGNING_KEY,
    fetch: recorder(calls),
  });
  const app = await startApp(client, [
    client.createFunction({ id: "echo", triggers: [{ event: "go" }] }, ({ event }) => event.data),
  ]);
  onTestFinished(() => app.close());
  const dir = await mkdtemp(join(tmpdir(), "stepwell-in-band-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const logged: string[] = [];
  const keys = { eventKeys: [EVENT_KEY], signingKey: SIGNING_KEY };
  const log = ({ event }: { event: string }) => logged.push(event);
  const server = await startStepwell({ mode: "start", dir, port, ...keys, sdkUrls: [app.url], log });
  onTestFinished(() => server.close());
  await until("the app is synced", () => logged.includes("app.synced"));

  const put = app.requests.find((request) => request.method === "PUT");
  expect(put?.status).toBe(200);
  expect(put?.headers["x-inngest-sync-kind"]).toBe("in_band");
  expect(JSON.parse(put?.body ?? "")).toEqual({ url: app.url });
  const [, time = "", mac] = /^t=(\d+)&s=(.*)$/.exec(put?.headers["x-inngest-signature"] ?? "") ?? [];
  const hex = SIGNING_KEY.replace(/^signkey-\w+-/, "");
  expect(mac).toBe(
    createHmac("sha256", hex)
      .update(put?.body ?? "")
      .update(time)
      .digest("hex"),
  );
  expect(JSON.parse(put?.answer ?? "{}")).toMatchObject({ app_id: "app", functions: [{ id: "app-echo" }] });
  expect(calls).toEqual([]);

  // The functions are there: an event runs one.
  const { ids } = await client.send({ name: "go", data: { n: 1 } });
  const headers = { authorization: `Bearer ${SIGNING_KEY}` };
  const run = await until("the run ends", async () => {
    const answer = await fetch(`${server.url}/v1/events/${ids[0]}/runs`, { headers });
    const { data } = (await answer.json()) as { data: { status: string; output: unknown }[] };
    return data[0]?.status === "Completed" && data[0];
  });
  expect(run).toMatchObject({ output: { n: 1 } });
});

test("W-6: options that are null, as Python sends them, count as absent", async () => {
  const world = await open({ functions: pyFunction });
  const nothing = {
    concurrency: null,
    batchEvents: null,
    rateLimit: null,
    throttle: null,
    debounce: null,
    priority: null,
    timeouts: null,
    singleton: null,
    cancel: null,
    idempotency: null,
  };
  const url = `${world.app.url}?fnId=app-py&stepId=step`;
  const steps = { step: { id: "step", name: "step", runtime: { type: "http", url }, retries: null } };
  const triggers = [
    { event: "py/go", expression: null },
    { cron: "0 0 1 1 *", jitter: null },
  ];
  const response = await fetch(`${world.server.url}/fn/register`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      url: world.app.url,
      deployType: "ping",
      framework: "fastapi",
      appname: "app",
      sdk: "py:v0.5.0",
      v: "0.1",
      deployId: null,
      capabilities: null,
      functions: [{ id: "app-py", name: null, triggers, steps, ...nothing }],
    }),
  });
  expect({ status: response.status, body: await response.json() }).toMatchObject({
    status: 200,
    body: { ok: true, modified: true },
  });
  const [id = ""] = await world.send({ name: "py/go", data: { n: 2 } });
  expect((await world.ended((await world.runOf(id)).run_id)).output).toEqual({ n: 2 });
});

const pyFunction: WorldOptions["functions"] = (client) => [
  client.createFunction({ id: "py", triggers: [{ event: "py/go" }] }, ({ event }) => event.data),
];
