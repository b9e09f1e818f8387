/** Keys and signatures between a real SDK app in cloud mode and `start` (wire.md §2). */
import { createHash, createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { openOwn } from "./bench.ts";
import { answerHeaders } from "./sdk.ts";
import { type RunView, SIGNING_KEY, until, type World, type WorldOptions } from "./world.ts";

const OTHER_KEY = "signkey-test-ffeeddccbbaa99887766554433221100";
const MINUTE = 60_000;

async function open(options: Partial<WorldOptions> = {}): Promise<World> {
  const functions: WorldOptions["functions"] = (client) => [
    client.createFunction({ id: "echo", retries: 0, triggers: [{ event: "go" }] }, ({ event }) => event.data),
    client.createFunction({ id: "twice", retries: 1, triggers: [{ event: "again" }] }, () => "true answer"),
  ];
  return openOwn({ mode: "start", functions, ...options });
}

// As the SDK does it: the hex part is decoded for the bearer, and used as text for the HMAC.
const hexOf = (key: string): string => key.replace(/^signkey-\w+-/, "");
const bearer = (key: string): string =>
  `Bearer signkey-test-${createHash("sha256")
    .update(Buffer.from(hexOf(key), "hex"))
    .digest("hex")}`;
const mac = (key: string, payload: string, time: string): string =>
  createHmac("sha256", hexOf(key)).update(payload).update(time).digest("hex");
const signed = (key: string, payload: string, at = Date.now()): string => {
  const time = String(Math.floor(at / 1000));
  return `t=${time}&s=${mac(key, payload, time)}`;
};

/** Sends `go` and waits for the end of its run. */
async function go(world: World, data: object = { n: 1 }): Promise<RunView> {
  const [id = ""] = await world.send({ name: "go", data });
  return world.ended((await world.runOf(id)).run_id);
}

interface Attempt {
  authorization: string | null;
  status: number;
}

/** A fetch for the SDK that writes down what register calls carried and got. */
function recorder(attempts: Attempt[]): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const response = await fetch(request.clone());
    if (request.url.includes("/fn/register"))
      attempts.push({ authorization: request.headers.get("authorization"), status: response.status });
    return response;
  };
}

test("W-3: a wrong bearer gets 401, and the SDK succeeds with its fallback key", async () => {
  const attempts: Attempt[] = [];
  const clientOptions = { signingKey: OTHER_KEY, fetch: recorder(attempts) };
  const rotated = await open({ clientOptions: { ...clientOptions, signingKeyFallback: SIGNING_KEY } });
  await rotated.sync();
  expect(attempts).toEqual([
    { authorization: bearer(OTHER_KEY), status: 401 },
    { authorization: bearer(SIGNING_KEY), status: 200 },
  ]);
  expect((await go(rotated)).output).toEqual({ n: 1 });

  const wrong = await open({ clientOptions });
  const answer = await fetch(wrong.app.url, { method: "PUT" });
  expect(answer.status).toBe(401);
  expect(attempts.slice(2)).toEqual([{ authorization: bearer(OTHER_KEY), status: 401 }]);
  const [id = ""] = await wrong.send({ name: "go" });
  expect(await wrong.eventRuns(id)).toEqual([]);
});

test("W-4: `Bearer undefined` and an empty bearer are accepted in dev, and not in start", async () => {
  const attempts: Attempt[] = [];
  const world = await open({ mode: "dev", clientOptions: { fetch: recorder(attempts) } });
  await world.sync();
  expect(attempts).toEqual([{ authorization: "Bearer undefined", status: 200 }]);
  const start = await open();
  for (const authorization of ["Bearer undefined", "Bearer ", "Bearer"]) {
    const read = (server: World) =>
      fetch(`${server.server.url}/v1/events`, { headers: { authorization } }).then(({ status }) => status);
    expect(await read(world)).toBe(200);
    expect(await read(start)).toBe(401);
  }
});

test("W-9: a signed call with non-ASCII data is accepted by a cloud-mode app, and its answer by the server", async () => {
  const world = await open();
  await world.sync();
  const data = {
    z: 1,
    "ключ é": "ü ✓ 漢字 𝄞 \u2028 \u0000",
    n: [1e21, 1.5e-7, -0, 333333333.3333333],
    a: { "": {} },
  };
  const run = await go(world, data);
  expect(run.status).toBe("Completed");
  expect(run.output).toEqual(JSON.parse(JSON.stringify(data)));
  const [call, ...others] = world.app.calls("app-echo");
  expect(others).toEqual([]);
  const header = call?.headers["x-inngest-signature"] ?? "";
  expect(header).toMatch(/^t=\d+&s=[0-9a-f]{64}$/);
  // What is sent is the canonical text that was signed.
  const [, time = "", signature] = /^t=(\d+)&s=(.*)$/.exec(header) ?? [];
  expect(signature).toBe(mac(SIGNING_KEY, call?.body ?? "", time));
});

test("W-10: a call signed by a clock that is over 5 minutes off gets 401 from the app, and the attempt fails", async () => {
  const world = await open();
  await world.sync();
  world.advance(4 * MINUTE);
  expect((await go(world)).status).toBe("Completed");
  world.advance(2 * MINUTE);
  const run = await go(world);
  expect(run.status).toBe("Failed");
  const call = world.app.calls("app-echo").at(-1);
  expect(call?.status).toBe(401);
  expect(JSON.stringify(run.output)).toMatch(/401|unauthorized/i);
});

test("W-11: an answer whose signature was altered, is missing, or is of another key or time is refused", async () => {
  const world = await open({ server: { retryIntervalMs: 100 } });
  await world.sync();
  const forged = JSON.stringify("forged answer");
  const answers: Record<string, Record<string, string>> = {
    altered: {
      "x-inngest-signature": signed(SIGNING_KEY, forged).replace(/.$/, (c) => (c === "0" ? "1" : "0")),
    },
    missing: {},
    "of another body": { "x-inngest-signature": signed(SIGNING_KEY, '"other"') },
    "of another key": { "x-inngest-signature": signed(OTHER_KEY, forged) },
    old: { "x-inngest-signature": signed(SIGNING_KEY, forged, Date.now() - 6 * MINUTE) },
  };
  const say = (headers: Record<string, string>) => {
    world.app.intercept = (request, reply) => {
      if (request.method !== "POST") return false;
      reply(200, forged, { ...answerHeaders, ...headers });
      world.app.intercept = null;
      return true;
    };
  };
  for (const [how, headers] of Object.entries(answers)) {
    say(headers);
    const [id = ""] = await world.send({ name: "again" });
    const run = await world.ended((await world.runOf(id)).run_id);
    // The first answer was refused, the second attempt is answered by the app itself.
    expect({ how, output: run.output }).toEqual({ how, output: "true answer" });
    expect(await attemptsOf(world, run.run_id)).toEqual([0, 1]);
  }
  // Rightly signed the same words are believed: it was the signature that was refused.
  say({ "x-inngest-signature": signed(SIGNING_KEY, forged) });
  const [id = ""] = await world.send({ name: "again" });
  expect((await world.ended((await world.runOf(id)).run_id)).output).toBe("forged answer");
});

/** The attempt numbers that the app was called with for one run. */
function attemptsOf(world: World, runId: string): Promise<number[]> {
  const contexts = world.app
    .calls("app-twice")
    .map((call) => (JSON.parse(call.body) as { ctx: { run_id: string; attempt: number } }).ctx);
  return Promise.resolve(contexts.filter((ctx) => ctx.run_id === runId).map((ctx) => ctx.attempt));
}

test("W-12: with main and fallback key at the app, calls signed with either pass", async () => {
  const keys = { signingKey: OTHER_KEY, signingKeyFallback: SIGNING_KEY };
  for (const signingKey of [SIGNING_KEY, OTHER_KEY]) {
    const world = await open({ clientOptions: keys, server: { signingKey } });
    await world.sync();
    const [id = ""] = await world.send({ name: "go", data: { key: signingKey } });
    const runs = await until("the run ends", async () => {
      const answer = await fetch(`${world.server.url}/v1/events/${id}/runs`, {
        headers: { authorization: bearer(signingKey) },
      });
      const { data } = (await answer.json()) as { data: RunView[] };
      return data[0]?.ended_at != null && data;
    });
    expect(runs).toMatchObject([{ status: "Completed", output: { key: signingKey } }]);
    expect(world.app.calls("app-echo")).toHaveLength(1);
  }
  // A key that the app does not know does not pass.
  const stranger = await open({ clientOptions: { ...keys, signingKeyFallback: undefined } });
  const register = await fetch(`${stranger.server.url}/fn/register`, {
    method: "POST",
    headers: { authorization: bearer(SIGNING_KEY), "content-type": "application/json" },
    body: JSON.stringify(registration(stranger)),
  });
  expect(register.status).toBe(200);
  expect((await go(stranger)).status).toBe("Failed");
  expect(stranger.app.calls("app-echo").map((call) => call.status)).toEqual([401]);
});

function registration(world: World): object {
  const url = `${world.app.url}?fnId=app-echo&stepId=step`;
  const steps = {
    step: { id: "step", name: "step", runtime: { type: "http", url }, retries: { attempts: 0 } },
  };
  const functions = [{ id: "app-echo", name: "echo", triggers: [{ event: "go" }], steps }];
  return { url: world.app.url, deployType: "ping", framework: "nodejs", appName: "app", functions, v: "0.1" };
}
