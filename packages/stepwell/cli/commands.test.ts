import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Inngest } from "inngest";
import { serve } from "inngest/node";
import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";
import { type Stepwell, startStepwell } from "../start-stepwell.ts";
import { run } from "./main.ts";

// Before the commands are loaded: the runner forces colours where CI is set, users that pipe do not.
vi.hoisted(() => {
  process.env.NO_COLOR = "1";
});

let dir: string;
let stepwell: Stepwell;
let app: Server;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "stepwell-cli-"));
  stepwell = await startStepwell({
    mode: "dev",
    inMemory: true,
    dir: join(dir, ".stepwell"),
    port: 0,
    retryIntervalMs: 20,
  });
  const client = new Inngest({
    id: "shop",
    baseUrl: stepwell.url,
    isDev: true,
    logger: { info() {}, warn() {}, error() {}, debug() {} },
  });
  let failures = 0;
  const charge = client.createFunction(
    { id: "charge", triggers: [{ event: "shop/order" }] },
    async ({ step }) => {
      await step.run("reserve", () => {
        failures += 1;
        if (failures % 2 === 1) throw new Error("out of stock");
        return "reserved";
      });
      await step.sleep("settle", 10);
      return { paid: true };
    },
  );
  const broken = client.createFunction(
    { id: "broken", retries: 0, triggers: [{ event: "shop/broken" }] },
    () => {
      throw new Error("no card");
    },
  );
  const slow = client.createFunction({ id: "slow", triggers: [{ event: "shop/slow" }] }, async ({ step }) => {
    await step.sleep("wait", "1h");
  });
  app = createServer(serve({ client, functions: [charge, broken, slow] }));
  await new Promise<void>((resolve) => app.listen(0, "127.0.0.1", resolve));
  await stepwell.engine.syncUrl(`http://127.0.0.1:${(app.address() as AddressInfo).port}/api/inngest`);
  mkdirSync(join(dir, "src"));
  vi.spyOn(process, "cwd").mockReturnValue(join(dir, "src"));
}, 30_000);
afterAll(async () => {
  vi.restoreAllMocks();
  app.closeAllConnections();
  app.close();
  await stepwell.close();
  rmSync(dir, { recursive: true, force: true });
});
afterEach(() => {
  process.exitCode = undefined;
});

/** Runs a command in this process and gives what it printed. */
async function command(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ["", ""];
  const stdout = vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    out += String(text);
    return true;
  });
  const stderr = vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    err += String(text);
    return true;
  });
  process.exitCode = undefined;
  try {
    await run(args);
    return { code: Number(process.exitCode ?? 0), out, err };
  } finally {
    stdout.mockRestore();
    stderr.mockRestore();
  }
}

async function runId(event: string, wait: string): Promise<string> {
  const { out } = await command("send", event, "--json", "--wait", wait);
  return JSON.parse(out).runs[0].run_id;
}

it("sends an event and prints its id", { timeout: 30_000 }, async () => {
  const { code, out } = await command("send", "shop/nobody", "--data", '{"a":1}', "--id", "e1");
  expect(code).toBe(0);
  expect(out).toMatch(/^[0-9A-Z]{26}\n$/);
});

it("refuses data that is no JSON object", { timeout: 30_000 }, async () => {
  expect(await command("send", "x", "--data", "{")).toMatchObject({
    code: 2,
    err: expect.stringContaining("--data is not JSON"),
  });
  expect(await command("send", "x", "--data", "[1]")).toMatchObject({
    code: 2,
    err: expect.stringContaining("JSON object"),
  });
});

it("waits for the runs of an event, and fails when one of them does", { timeout: 30_000 }, async () => {
  const good = await command("send", "shop/order", "--wait", "20s");
  expect(good).toMatchObject({ code: 0, out: expect.stringMatching(/shop-charge .* \{"paid":true\}/) });
  const bad = await command("send", "shop/broken", "--wait", "20s");
  expect(bad).toMatchObject({ code: 1, out: expect.stringContaining("no card") });
});

it("shows a run as a tree with its attempts", { timeout: 30_000 }, async () => {
  const id = await runId("shop/order", "20s");
  const { code, out } = await command("run", id);
  expect(code).toBe(0);
  expect(out.replace(/ +\d\d:\d\d:\d\d\.\d{3}/g, "").replace(/ +\d+ ms|  \d\.\d+ s/g, "")).toMatch(
    /shop-charge completed in[^\n]*\n.*\n {2}├─ ✓ reserve {2}2 attempts\n {2}│ {2}├─ ✗ Attempt 0 {2}Error: out of stock\n {2}│ {2}└─ ✓ Attempt 1\n {2}├─ ✓ settle {2}slept until\n {2}└─ ✓ Finalization\n {2}output \{"paid":true\}\n/,
  );
  const json = JSON.parse((await command("run", id, "--json")).out);
  expect(json).toMatchObject({
    run: { id, status: "COMPLETED", output: { paid: true } },
    trace: { runId: id },
  });
});

it("lists runs", { timeout: 30_000 }, async () => {
  const id = await runId("shop/broken", "20s");
  const { out } = await command("runs", "--status", "failed", "--function", "shop-broken", "--limit", "1");
  expect(out).toMatch(/^RUN +STATUS +FUNCTION +QUEUED +TOOK +TRIGGER\n/);
  expect(out).toContain(id);
  expect(JSON.parse((await command("runs", "--json", "--limit", "2")).out).data).toHaveLength(2);
  expect(await command("runs", "--status", "odd")).toMatchObject({
    code: 2,
    err: expect.stringContaining("odd"),
  });
});

it("cancels a run that sleeps; an ended one stays as it is", { timeout: 30_000 }, async () => {
  await command("send", "shop/slow");
  const id: string = await vi.waitFor(async () => {
    const { out } = await command("runs", "--json", "--function", "shop-slow", "--status", "running");
    const found = JSON.parse(out).data[0]?.id;
    if (found === undefined) throw new Error("not yet");
    return found;
  }, 5_000);
  expect(await command("cancel", id)).toMatchObject({ code: 0, out: `${id} is cancelled.\n` });
  const done = await runId("shop/broken", "20s");
  expect(await command("cancel", done)).toMatchObject({
    code: 0,
    out: expect.stringContaining("had ended before: failed"),
  });
});

it("ends with 3 for an unknown run, 2 for no id at all, 69 when nobody answers", {
  timeout: 30_000,
}, async () => {
  expect(await command("run", "01ARZ3NDEKTSV4RRFFQ69G5FAV")).toMatchObject({ code: 3 });
  expect(await command("cancel", "x")).toMatchObject({ code: 2 });
  expect(await command("runs", "--url", "127.0.0.1:59999")).toMatchObject({
    code: 69,
    err: expect.stringContaining("refused"),
  });
});
