import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { type Stepwell, startStepwell } from "../start-stepwell.ts";
import { run } from "./main.ts";

vi.hoisted(() => {
  process.env.NO_COLOR = "1";
});

let dir: string;
let stepwell: Stepwell;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "stepwell-pause-"));
  stepwell = await startStepwell({
    mode: "dev",
    inMemory: true,
    dir,
    port: 0,
    graceMs: 0,
    discovery: false,
    pollIntervalMs: 0,
  });
  await stepwell.engine.sync({
    appName: "shop",
    url: "http://127.0.0.1:1/api",
    sdk: "js:v4",
    framework: null,
    platform: null,
    env: null,
    appVersion: null,
    checksum: "1",
    functions: [
      {
        slug: "shop-charge",
        name: "Charge",
        triggers: [{ event: "shop/order" }],
        url: "http://127.0.0.1:1/api?fnId=shop-charge",
        maxAttempts: 1,
        concurrency: [],
      },
    ],
  });
}, 30_000);
afterAll(async () => {
  await stepwell.close();
  rmSync(dir, { recursive: true, force: true });
});

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
    await run([...args, "--url", stepwell.url]);
    return { code: Number(process.exitCode ?? 0), out, err };
  } finally {
    stdout.mockRestore();
    stderr.mockRestore();
    process.exitCode = undefined;
  }
}

const mode = async () => (await stepwell.engine.read.functions()).map((fn) => fn.mode);

it("pauses, drains and resumes a function, and says what that means", { timeout: 30_000 }, async () => {
  expect(await command("pause", "shop-charge")).toEqual({
    code: 0,
    out: "shop-charge is paused: its runs stand still, and new events are skipped. `stepwell resume` lets it go on.\n",
    err: "",
  });
  expect(await mode()).toEqual(["paused"]);
  expect(await command("drain", "shop-charge")).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^shop-charge is drained: its runs go on/),
  });
  expect(await mode()).toEqual(["drained"]);
  expect(await command("resume", "shop-charge")).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^shop-charge is active\./),
  });
  expect(await mode()).toEqual(["active"]);
});

it("takes the function's id, too, and prints the API's answer with --json", { timeout: 30_000 }, async () => {
  const [{ id = "" } = {}] = await stepwell.engine.read.functions();
  const { code, out } = await command("pause", id, "--json");
  expect([code, JSON.parse(out)]).toEqual([0, { functionId: id, slug: "shop-charge", mode: "paused" }]);
});

it("ends with 3 for an unknown function and 2 for none", { timeout: 30_000 }, async () => {
  for (const verb of ["pause", "resume", "drain"]) {
    expect(await command(verb, "shop-chrage")).toMatchObject({
      code: 3,
      err: expect.stringContaining('There is no function "shop-chrage"'),
    });
    expect(await command(verb)).toMatchObject({ code: 2 });
  }
});
