/** `dev` and `start` (semantics §11): keys in process, boot and ports with the real command line. */
import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, onTestFinished, test } from "vitest";
import { ended, freePort, killAll, occupyPort, ready, stepwell, wordsOf } from "../crash/cli.ts";
import { startApp } from "./app.ts";
import { openOwn } from "./bench.ts";
import { createClient } from "./sdk.ts";
import { EVENT_KEY, SIGNING_KEY, until, type World, type WorldOptions } from "./world.ts";

const keyFlags = ["--event-key", EVENT_KEY, "--signing-key", SIGNING_KEY];
afterEach(killAll);

const functions: WorldOptions["functions"] = (client) => [
  client.createFunction({ id: "echo", triggers: [{ event: "go" }] }, ({ event }) => event.data),
];

async function open(mode: "dev" | "start"): Promise<World> {
  const world = await openOwn({ mode, functions });
  await world.sync();
  return world;
}

async function emptyFolder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "stepwell-modes-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

const sendTo = (url: string, key: string, name = "go"): Promise<Response> =>
  fetch(`${url}/e/${key}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify([{ name, data: {} }]),
  });

test("M-1: dev takes an event with any key, start answers 401 to an unknown one", async () => {
  const dev = await open("dev");
  expect((await sendTo(dev.server.url, `random-${Date.now()}`)).status).toBe(200);
  const start = await open("start");
  for (const key of ["random", `${EVENT_KEY}x`, EVENT_KEY.slice(1), SIGNING_KEY]) {
    const refused = await sendTo(start.server.url, key);
    expect(refused.status).toBe(401);
    expect(await refused.json()).toMatchObject({ error: "Event key not found", status: 401 });
  }
  expect((await start.json("/v1/events")).data).toEqual([]);
  expect((await sendTo(start.server.url, EVENT_KEY)).status).toBe(200);
});

test("M-2: start does not boot without both keys, nor with a signing key that is odd or not hex", async () => {
  const dir = await emptyFolder();
  const port = String(await freePort());
  const boot = async (...flags: string[]) => {
    const child = stepwell(["start", "--port", port, "--sqlite-dir", dir, ...flags], { cwd: dir });
    // Five start at once: on a busy machine each takes its time.
    const { code, said } = await ended(child, 50_000);
    expect([2, 78]).toContain(code);
    // A refusal for people, without a stack and without the keys themselves.
    expect(said).not.toMatch(/\n\s+at /);
    return said;
  };
  const signing = (key: string) => ["--event-key", EVENT_KEY, "--signing-key", key];
  const [none, noSigning, noEvent, odd, text] = await Promise.all([
    boot(),
    boot("--event-key", EVENT_KEY),
    boot("--signing-key", SIGNING_KEY),
    boot(...signing("signkey-test-abc")),
    boot(...signing("signkey-test-this is no hex!")),
  ]);
  expect(none).toContain("--event-key");
  expect(none).toContain("--signing-key");
  expect(noSigning).toContain("--signing-key");
  expect(noEvent).toContain("--event-key");
  expect(noEvent).not.toContain(SIGNING_KEY);
  expect(odd).toMatch(/odd/);
  expect(text).toMatch(/not hex/);

  // With both it boots, from flags or from the environment.
  const env = { INNGEST_EVENT_KEY: EVENT_KEY, STEPWELL_SIGNING_KEY: SIGNING_KEY };
  const child = stepwell(["start", "--port", port, "--sqlite-dir", dir], { cwd: dir, env });
  await ready(child, `http://127.0.0.1:${port}/health`);
  expect((await sendTo(`http://127.0.0.1:${port}`, EVENT_KEY)).status).toBe(200);
});

test("M-3: start asks for the signing key on REST, raw or hashed", async () => {
  const world = await open("start");
  const [id = ""] = await world.send({ name: "go" });
  const run = await world.runOf(id);
  const hex = SIGNING_KEY.replace(/^signkey-\w+-/, "");
  const hashed = `signkey-test-${createHash("sha256").update(Buffer.from(hex, "hex")).digest("hex")}`;
  const read = async (path: string, authorization?: string) =>
    (await fetch(`${world.server.url}${path}`, { headers: authorization ? { authorization } : {} })).status;
  const paths = ["/v1/events", `/v1/events/${id}/runs`, `/v1/runs/${run.run_id}`, "/v2/runs", "/api/v2/runs"];
  for (const path of paths) {
    expect(await read(path)).toBe(401);
    for (const wrong of [
      `Bearer ${EVENT_KEY}`,
      `Bearer ${SIGNING_KEY}0`,
      `Bearer ${hex}`,
      SIGNING_KEY,
      "Bearer ",
    ])
      expect({ path, wrong, status: await read(path, wrong) }).toEqual({ path, wrong, status: 401 });
    expect(await read(path, `Bearer ${SIGNING_KEY}`)).toBe(200);
    expect(await read(path, `Bearer ${hashed}`)).toBe(200);
  }
  const { status } = await fetch(`${world.server.url}/v1/runs/${run.run_id}`, { method: "DELETE" });
  expect(status).toBe(401);
  expect(await read("/health")).toBe(200);
  const dev = await open("dev");
  expect((await fetch(`${dev.server.url}/v1/events`)).status).toBe(200);
});

test("M-4: on a busy port dev takes the next one and says so, start refuses", async () => {
  const dir = await emptyFolder();
  const busy = await occupyPort();
  onTestFinished(() => busy.close());
  const port = String(busy.port);
  const start = stepwell(["start", "--port", port, "--sqlite-dir", dir, ...keyFlags], { cwd: dir });
  const { code, said } = await ended(start);
  expect(code).not.toBe(0);
  expect(said).toContain(port);
  expect(said).toMatch(/in use|busy|taken/i);
  expect(said).not.toMatch(/\n\s+at /);

  const dev = stepwell(["dev", "--port", port], { cwd: dir });
  const url = await until("dev tells its address", () => {
    if (dev.exit !== null) throw new Error(wordsOf(dev));
    const addresses = wordsOf(dev).match(/http:\/\/(?:127\.0\.0\.1|localhost):(\d+)/g) ?? [];
    return addresses.find((address) => !address.endsWith(`:${port}`));
  });
  await ready(dev, `${url}/health`);
  const next = Number(new URL(url).port);
  expect(next).toBeGreaterThan(busy.port);
  expect(next).toBeLessThan(busy.port + 50);
  expect(wordsOf(dev)).toContain(port);
});

test("M-5: a flag wins over the environment, and STEPWELL_ over INNGEST_", async () => {
  const dir = await emptyFolder();
  const [inngest = 0, ours = 0, flag = 0] = [await freePort(), await freePort(), await freePort()];
  const answers = (port: number) =>
    fetch(`http://127.0.0.1:${port}/health`).then(
      (response) => response.ok,
      () => false,
    );
  const boot = async (args: string[], env: Record<string, string>, port: number) => {
    const child = stepwell(["dev", "--in-memory", ...args], { cwd: dir, env });
    await ready(child, `http://127.0.0.1:${port}/health`);
    for (const other of [inngest, ours, flag]) if (other !== port) expect(await answers(other)).toBe(false);
    child.kill("SIGTERM");
    expect(await ended(child)).toMatchObject({ code: 0 });
  };
  const both = { INNGEST_PORT: String(inngest), STEPWELL_PORT: String(ours) };
  await boot(["--port", String(flag)], { INNGEST_PORT: String(inngest) }, flag);
  await boot([], { INNGEST_PORT: String(inngest) }, inngest);
  await boot([], both, ours);
  await boot(["--port", String(flag)], both, flag);
});

test("M-7: a sleeping run completes after the server was killed and was away for 10 s", async () => {
  const dir = await emptyFolder();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const client = createClient({
    id: "app",
    baseUrl: url,
    isDev: false,
    eventKey: EVENT_KEY,
    signingKey: SIGNING_KEY,
  });
  const done: string[] = [];
  const app = await startApp(client, [
    client.createFunction({ id: "napper", triggers: [{ event: "nap" }] }, async ({ step, event }) => {
      const nap = event.data.nap as string;
      const first = await step.run("first", () => done.push(`first ${nap}`) && nap);
      await step.sleep("nap", nap);
      return step.run("second", () => done.push(`second ${nap}`) && `${first} over`);
    }),
  ]);
  onTestFinished(() => app.close());
  const headers = { authorization: `Bearer ${SIGNING_KEY}` };
  const boot = async () => {
    const child = stepwell(["start", "--port", String(port), "--sqlite-dir", dir, ...keyFlags], { cwd: dir });
    await ready(child, `${url}/health`);
    return child;
  };
  const server = await boot();
  expect((await fetch(app.url, { method: "PUT" })).status).toBe(200);
  // One sleep ends while the server is away, one after it is back.
  const { ids } = await client.send([
    { name: "nap", data: { nap: "8s" } },
    { name: "nap", data: { nap: "14s" } },
  ]);
  const runs = async () => {
    const answers = await Promise.all(ids.map((id) => fetch(`${url}/v1/events/${id}/runs`, { headers })));
    const bodies = await Promise.all(answers.map((answer) => answer.json()));
    return bodies.map((body) => (body as { data: Record<string, string>[] }).data[0]);
  };
  await until("both sleep", async () => {
    const traces = (await runs()).map(async (run) => {
      const answer = await fetch(`${url}/v2/runs/${run?.run_id}/trace`, { headers });
      return answer.ok && (await answer.text()).includes("WAITING");
    });
    return (await Promise.all(traces)).every(Boolean);
  });
  server.kill("SIGKILL");
  const { at } = await server.exited;
  expect(done.sort()).toEqual(["first 14s", "first 8s"]);
  await until("10 s have passed", () => Date.now() - at >= 10_000);
  await boot();
  const outputs = await until("both runs complete", async () => {
    const found = await runs();
    return found.every((run) => run?.status === "Completed") && found.map((run) => run?.output);
  });
  expect(outputs).toEqual(["8s over", "14s over"]);
  expect(done.sort()).toEqual(["first 14s", "first 8s", "second 14s", "second 8s"]);
});

test("M-8: start does not serve /dev", async () => {
  const start = await open("start");
  expect((await start.fetch("/dev")).status).toBe(404);
  expect((await fetch(`${start.server.url}/dev`)).status).toBe(404);
  const dev = await open("dev");
  const info = await dev.json("/dev");
  expect(info.functions).toMatchObject([{ slug: "app-echo" }]);
});
