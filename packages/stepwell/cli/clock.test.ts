import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { type Stepwell, startStepwell } from "../start-stepwell.ts";
import { run } from "./main.ts";

// Before the commands are loaded: the runner forces colours where CI is set, users that pipe do not.
vi.hoisted(() => {
  process.env.NO_COLOR = "1";
});

const ISO = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`;
let dir: string;
const opened: Stepwell[] = [];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "stepwell-clock-"));
});
afterEach(async () => {
  process.exitCode = undefined;
  for (const stepwell of opened.splice(0)) await stepwell.close();
  rmSync(dir, { recursive: true, force: true });
});

async function serve(mode: "dev" | "start" = "dev"): Promise<Stepwell> {
  const keys = mode === "start" ? { eventKeys: ["key"], signingKey: "signkey-test-0123456789abcdef" } : {};
  const stepwell = await startStepwell({ mode, inMemory: mode === "dev", dir, port: 0, ...keys });
  opened.push(stepwell);
  return stepwell;
}

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

it("shows the clock, moves it with progress on stderr, and shows where it is", {
  timeout: 30_000,
}, async () => {
  const { url } = await serve();
  expect(await command("clock", "--url", url)).toEqual({
    code: 0,
    out: expect.stringMatching(new RegExp(`^${ISO}, not moved\n$`)),
    err: "",
  });
  expect(await command("clock", "advance", "3d", "--url", url)).toEqual({
    code: 0,
    out: expect.stringMatching(new RegExp(`^${ISO}, moved by 3 d 0 h, 0 fired\n$`)),
    err: expect.stringMatching(new RegExp(`^${ISO} → ${ISO}, 0 fired\n`)),
  });
  const shown = await command("clock", "--json", "--url", url);
  expect(JSON.parse(shown.out)).toEqual({ now: expect.any(String), offsetMs: 259_200_000 });
});

it("gives the answer of the API with --json, alone on stdout", { timeout: 30_000 }, async () => {
  const { url } = await serve();
  const { out } = await command("clock", "advance", "90m", "--json", "--url", url);
  expect(JSON.parse(out)).toEqual({ now: expect.any(String), offsetMs: 5_400_000, fired: 0 });
});

it("refuses a duration that the server cannot read, with the cure", { timeout: 30_000 }, async () => {
  const { url } = await serve();
  expect(await command("clock", "advance", "soon", "--url", url)).toMatchObject({
    code: 2,
    out: "",
    err: expect.stringMatching(/must be a duration like "3d".*and is "soon"/),
  });
});

it("refuses a word that it does not know, and an advance without a duration", {
  timeout: 30_000,
}, async () => {
  const { url } = await serve();
  expect(await command("clock", "back", "3d", "--url", url)).toMatchObject({
    code: 2,
    err: expect.stringContaining("clock back is unknown"),
  });
  expect(await command("clock", "advance", "--url", url)).toMatchObject({
    code: 2,
    err: expect.stringContaining("how far?"),
  });
});

it("says that the clock of `start` is not to be moved", { timeout: 30_000 }, async () => {
  const { url } = await serve("start");
  for (const args of [[], ["advance", "1d"]])
    expect(await command("clock", ...args, "--url", url)).toMatchObject({
      code: 3,
      out: "",
      err: expect.stringContaining("only the clock of `stepwell dev`"),
    });
});

it("ends with an error when the answer breaks off before the target", { timeout: 30_000 }, async () => {
  const news = { now: "n", offsetMs: 0, fired: 0, target: "t", waitingFor: null };
  const server = createServer((_, response) => {
    response.writeHead(200, { "content-type": "application/x-ndjson" }).end(`${JSON.stringify(news)}\n`);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  expect(await command("clock", "advance", "1d", "--url", url)).toMatchObject({
    code: 69,
    out: "",
    err: expect.stringContaining("ended before the clock reached its target"),
  });
  server.close();
});
