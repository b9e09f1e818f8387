/**
 * Apps are found, and their changes seen, without anyone doing anything (semantics §8.3, §11.1): in `dev`
 * on the usual ports of this machine, in `start` by asking the apps of `--sdk-url`. The real command line.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { freePort, killAll, occupyPort, ready, stepwell, wordsOf } from "../crash/cli.ts";
import { startApp, type TestApp } from "./app.ts";
import { createClient, type Inngest, type InngestFunction } from "./sdk.ts";
import { EVENT_KEY, SIGNING_KEY, until } from "./world.ts";

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await killAll();
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function emptyFolder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "stepwell-discovery-"));
  cleanups.push(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

/** A free one of the ports that are searched. */
async function usualPort(but: number[] = []): Promise<number> {
  const usual = [3010, 3009, 3008, 3007, 3006, 8915, 8914, 8913, 8912, 8911, 8910, 8787, 8081];
  for (const port of usual.filter((port) => !but.includes(port))) {
    const held = await occupyPort(port).catch(() => null);
    if (held === null) continue;
    await held.close();
    return port;
  }
  throw new Error("none of the usual ports is free");
}

const silent = { info() {}, warn() {}, error() {}, debug() {} };
const devClient = (url: string, id: string) =>
  createClient({ id, baseUrl: url, isDev: true, logger: silent });
const startClient = (url: string, id: string) =>
  createClient({
    id,
    baseUrl: url,
    isDev: false,
    eventKey: EVENT_KEY,
    signingKey: SIGNING_KEY,
    logger: silent,
  });
const fn = (client: Inngest.Any, id: string): InngestFunction.Any =>
  client.createFunction({ id, triggers: [{ event: id }] }, () => id);

async function serveApp(client: Inngest.Any, ids: string[], port = 0): Promise<TestApp> {
  const app = await startApp(
    client,
    ids.map((id) => fn(client, id)),
    port,
  );
  cleanups.push(() => app.close());
  return app;
}

/** A server of the command line; what a test inherits from its surroundings does not switch the search off. */
async function serverAt(port: number, ...args: string[]) {
  const dir = await emptyFolder();
  const env = { STEPWELL_NO_DISCOVERY: "0" };
  const child = stepwell([...args, "--port", String(port)], { cwd: dir, env });
  const url = `http://127.0.0.1:${port}`;
  await ready(child, `${url}/health`);
  return { child, url, dir };
}

async function slugs(url: string): Promise<string[]> {
  const { functions } = (await (await fetch(`${url}/dev`)).json()) as { functions: { slug: string }[] };
  return functions.map(({ slug }) => slug);
}

const authorization = `Bearer ${SIGNING_KEY}`;
async function sendAndWait(url: string, name: string): Promise<{ status: string; output: unknown }> {
  const sent = await fetch(`${url}/e/${EVENT_KEY}`, {
    method: "POST",
    body: JSON.stringify({ name, data: {} }),
  });
  const { ids } = (await sent.json()) as { ids: string[] };
  return until(`a run of ${name} ends`, async () => {
    const response = await fetch(`${url}/v1/events/${ids[0]}/runs`, { headers: { authorization } });
    const { data } = (await response.json()) as {
      data: { status: string; output: unknown; ended_at: string | null }[];
    };
    return data.find((run) => run.ended_at !== null);
  });
}

/** All that may pass until a change is seen: the promise is 5 s, the rest is for a busy machine. */
const SOON_MS = 5_000 + 3_000;

test("M-6: dev finds an app on a usual port and sees its changed code within 5 s without action", async () => {
  const port = await freePort();
  const { url, child } = await serverAt(port, "dev", "--in-memory");
  const client = devClient(url, "found");
  const at = await usualPort();
  const app = await serveApp(client, ["one"], at);
  await until("the app is found", async () => (await slugs(url)).includes("found-one"), SOON_MS);
  app.deploy([fn(client, "two")]);
  await until("the change is seen", async () => (await slugs(url)).join() === "found-two", SOON_MS);
  expect(await sendAndWait(url, "two")).toMatchObject({ status: "Completed", output: "two" });

  // It stops and comes back on another port with other code.
  await app.close();
  await serveApp(client, ["three"], await usualPort([at]));
  await until("it is found again", async () => (await slugs(url)).includes("found-three"), SOON_MS);
  expect(await sendAndWait(url, "three")).toMatchObject({ status: "Completed", output: "three" });
  // Nothing was told of the many ports where nothing is.
  expect(wordsOf(child).match(/:3001|:8080|discovery/g)).toBeNull();
});

test("start never looks for apps, and dev does not with --no-discovery", async () => {
  const [devPort, startPort, quietPort] = [await freePort(), await freePort(), await freePort()];
  const app = await serveApp(devClient("http://127.0.0.1:1", "bait"), ["one"], await usualPort());
  const [quiet] = await Promise.all([
    serverAt(quietPort, "dev", "--in-memory", "--no-discovery"),
    serverAt(startPort, "start", "--event-key", EVENT_KEY, "--signing-key", SIGNING_KEY),
  ]);
  // Another server shows how soon one that looks would have come.
  const dev = await serverAt(devPort, "dev", "--in-memory");
  await until("dev has found it", async () => (await slugs(dev.url)).includes("bait-one"), SOON_MS);
  const puts = () => app.requests.filter(({ method }) => method === "PUT").length;
  const before = puts();
  await until("dev has asked it again", () => puts() > before, SOON_MS);
  const kinds = app.requests.map(({ headers }) => headers["x-inngest-server-kind"]);
  expect(new Set(kinds)).toEqual(new Set(["dev"]));
  expect(await slugs(quiet.url)).toEqual([]);
});

test("start re-reads the apps of --sdk-url: after a deploy the new function runs without anyone calling PUT", async () => {
  const port = await freePort();
  const client = startClient(`http://127.0.0.1:${port}`, "shop");
  const app = await serveApp(client, ["one"]);
  const keys = ["--event-key", EVENT_KEY, "--signing-key", SIGNING_KEY];
  const flags = [...keys, "--sdk-url", app.url];
  const { url, child, dir } = await serverAt(port, "start", ...flags, "--poll-interval", "1");
  await until("the app is found", () => wordsOf(child).includes("app.synced"));
  expect(await sendAndWait(url, "one")).toMatchObject({ output: "one" });

  app.deploy([fn(client, "one"), fn(client, "two")]);
  await until("the deploy is noticed", () => wordsOf(child).includes("shop: 2 functions"));
  expect(await sendAndWait(url, "two")).toMatchObject({ status: "Completed", output: "two" });
  // Equal functions are no news.
  expect(wordsOf(child).match(/app\.synced/g)).toHaveLength(2);
  for (const { headers } of app.requests.filter(({ method }) => method === "PUT")) {
    expect(headers["x-inngest-sync-kind"]).toBe("in_band");
    expect(headers["x-inngest-signature"]).toMatch(/^t=\d+&s=[0-9a-f]+$/);
  }

  // A deploy while no server runs is seen by the next start, with no interval at all.
  child.kill("SIGTERM");
  await child.exited;
  app.deploy([fn(client, "three")]);
  const again = stepwell(["start", ...flags, "--poll-interval", "0", "--port", String(port)], { cwd: dir });
  await ready(again, `${url}/health`);
  await until("the deploy is noticed", () => wordsOf(again).includes("shop: 1 functions"));
  expect(await sendAndWait(url, "three")).toMatchObject({ output: "three" });
});

test("start waits through a deploy that takes the app away for a while", async () => {
  const port = await freePort();
  const client = startClient(`http://127.0.0.1:${port}`, "shop");
  const app = await serveApp(client, ["one"]);
  const keys = ["--event-key", EVENT_KEY, "--signing-key", SIGNING_KEY];
  const { url, child } = await serverAt(port, "start", ...keys, "--sdk-url", app.url, "--poll-interval", "1");
  await until("the app is found", () => wordsOf(child).includes("app.synced"));
  await app.close();
  await until("it is missed", () => wordsOf(child).includes("app.waiting"));
  await serveApp(client, ["two"], app.port);
  await until("the deploy is noticed", () => wordsOf(child).match(/app\.synced/g)?.length === 2);
  expect(await sendAndWait(url, "two")).toMatchObject({ output: "two" });
});
