import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Inngest } from "inngest";
import { serve } from "inngest/node";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Check } from "../doctor/check.ts";
import type { Diagnosis } from "../doctor/examine.ts";
import { writeServerFile } from "../server-file.ts";
import { type Stepwell, startStepwell } from "../start-stepwell.ts";
import { run } from "./main.ts";

// Before the commands are loaded: the runner forces colours where CI is set.
vi.hoisted(() => {
  process.env.NO_COLOR = "1";
});

const SIGNING_KEY = "signkey-test-0123456789abcdef";
const OTHER_KEY = "signkey-test-fedcba9876543210";
const EVENT_KEY = "event-key-1";
let dir: string;
let running: Stepwell | null = null;
const servers: Server[] = [];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "stepwell-doctor-"));
  vi.spyOn(process, "cwd").mockReturnValue(dir);
  // What this shell has set is none of the tests' business.
  for (const name of Object.keys(process.env))
    if (/^(STEPWELL|INNGEST)_|BRANCH|COMMIT_REF/.test(name)) vi.stubEnv(name, undefined);
});
afterEach(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  process.exitCode = undefined;
  await running?.close();
  running = null;
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
  rmSync(dir, { recursive: true, force: true });
});

async function said(...args: string[]): Promise<{ code: number; out: string }> {
  let out = "";
  const stdout = vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    out += String(text);
    return true;
  });
  process.exitCode = undefined;
  try {
    await run(["doctor", ...args]);
    return { code: Number(process.exitCode ?? 0), out };
  } finally {
    stdout.mockRestore();
  }
}

interface Found extends Diagnosis {
  code: number;
  of(name: string): Check[];
}
async function doctor(...args: string[]): Promise<Found> {
  const { code, out } = await said("--json", "--port", "0", ...args);
  const diagnosis = JSON.parse(out) as Diagnosis;
  expect(code).toBe(diagnosis.isWell ? 0 : 1);
  return { ...diagnosis, code, of: (name) => diagnosis.checks.filter((check) => check.name === name) };
}

async function listen(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

const logger = { info() {}, warn() {}, error() {}, debug() {} };
async function app(options: object, headers: Record<string, string> = {}): Promise<string> {
  const client = new Inngest({ id: "shop", logger, ...options });
  const fn = client.createFunction({ id: "f", triggers: [{ event: "e" }] }, () => 1);
  const handler = serve({ client, functions: [fn] });
  const port = await listen(
    createServer((req, res) => {
      for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
      handler(req, res);
    }),
  );
  return `http://127.0.0.1:${port}/api/inngest`;
}
const cloud = {
  isDev: false,
  baseUrl: "http://127.0.0.1:8288",
  eventKey: EVENT_KEY,
  signingKey: SIGNING_KEY,
};
const startKeys = ["--mode", "start", "--event-key", EVENT_KEY, "--signing-key", SIGNING_KEY];

describe("without a server", () => {
  it("is well in an empty folder, and leaves it empty", async () => {
    const found = await doctor();
    expect(found).toMatchObject({ code: 0, mode: "dev" });
    expect(found.of("server")[0]?.says).toContain("no server runs");
    expect(found.of("app")[0]).toMatchObject({ is: "note" });
    expect(readdirSync(dir)).toEqual([]);
    const { out } = await said("--port", "0");
    expect(out).toContain("dev: all is well");
  });

  it("says which file was used and where each setting came from, and shows no secret", async () => {
    writeFileSync(
      join(dir, "stepwell.config.json"),
      JSON.stringify({ maxSteps: 7, signingKey: SIGNING_KEY, queueWorkers: 3 }),
    );
    vi.stubEnv("INNGEST_EVENT_KEY", "secret-event-key");
    vi.stubEnv("STEPWELL_QUEUE_WORKERS", "4");
    const file = join(dir, "stepwell.config.json");
    const found = await doctor("--mode", "start", "--sdk-url", "http://user:pass@127.0.0.1:1/api/inngest");
    expect(found.settings).toEqual({
      maxSteps: { value: 7, from: file },
      signingKey: { value: "(secret)", from: file },
      eventKeys: { value: ["(secret)"], from: "INNGEST_EVENT_KEY" },
      queueWorkers: { value: 4, from: "STEPWELL_QUEUE_WORKERS" },
      port: { value: 0, from: "--port" },
      sdkUrls: { value: ["http://…@127.0.0.1:1/api/inngest"], from: "--sdk-url" },
    });
    expect(found.of("config")[0]?.says).toBe(file);
    const { out } = await said("--mode", "start", "--port", "0");
    expect(out + JSON.stringify(found)).not.toMatch(/secret-event-key|0123456789abcdef|user:pass/);
  });

  it("finds a config file that cannot be used, and goes on with the rest", async () => {
    writeFileSync(join(dir, "stepwell.config.json"), '{"prot": 1}');
    const found = await doctor();
    expect(found.of("config")[0]).toMatchObject({ is: "broken", says: expect.stringContaining('"port"?') });
    expect(found.of("data")[0]?.is).toBe("ok");
  });

  it("finds settings that cannot be used", async () => {
    const found = await doctor("--mode", "start", "--queue-workers", "0");
    expect(found.of("settings").map(({ says }) => says)).toEqual([
      "--queue-workers: must be at least 1, not 0",
    ]);
    expect((await doctor("--mode", "start")).of("settings")).toHaveLength(2);
  });

  it("finds a file that is none of ours, and a folder that cannot be one", async () => {
    mkdirSync(join(dir, ".stepwell"));
    writeFileSync(
      join(dir, ".stepwell", "main.db"),
      "this is no database, however long it may be".repeat(100),
    );
    expect((await doctor()).of("file")[0]).toMatchObject({ is: "broken", cure: expect.any(String) });
    writeFileSync(join(dir, "a-file"), "");
    expect((await doctor("--sqlite-dir", "a-file")).of("data")[0]).toMatchObject({ is: "broken" });
  });

  it("finds a folder that cannot be written, even by root", async () => {
    expect((await doctor("--sqlite-dir", "/proc")).of("data")[0]).toMatchObject({ is: "broken" });
  });

  it("finds a port that somebody else has: dev would pass it over, start would not", async () => {
    const port = String(await listen(createServer((_, res) => res.end("hello"))));
    expect((await doctor("--port", port)).of("port")[0]).toMatchObject({
      is: "warning",
      says: expect.stringContaining("another program"),
    });
    const start = await doctor(...startKeys, "--port", port);
    expect(start.of("port")[0]).toMatchObject({ is: "broken" });
  });

  it("tells a server that ended without a word", async () => {
    mkdirSync(join(dir, ".stepwell"));
    const dead = {
      url: "http://127.0.0.1:1",
      port: 1,
      pid: 2 ** 22 + 1,
      startedAt: "",
      mode: "dev" as const,
    };
    writeServerFile(join(dir, ".stepwell"), dead);
    const found = await doctor();
    expect(found.code).toBe(0);
    expect(found.of("server")[0]).toMatchObject({ is: "note", says: expect.stringContaining("clean stop") });
  });
});

describe("with a running server", () => {
  it("finds it by the data folder, with its apps, and does not disturb it", async () => {
    running = await startStepwell({ mode: "dev", dir: join(dir, ".stepwell"), port: 0 });
    const url = await app({ isDev: true, baseUrl: running.url });
    await running.engine.syncUrl(url);
    const found = await doctor();
    expect(found.code).toBe(0);
    expect(found.of("server")[0]).toMatchObject({ is: "ok", says: expect.stringContaining(running.url) });
    expect(found.of("file")[0]).toMatchObject({
      is: "ok",
      says: expect.stringContaining(`pid ${process.pid}`),
    });
    expect(found.of("app")).toEqual([
      { name: "app", is: "ok", says: expect.stringMatching(`^${url} answers, 1 functions, inngest-js:v`) },
    ]);
    expect((await fetch(`${running.url}/health`)).status).toBe(200);
  });

  it("finds one that is alive and does not answer", async () => {
    mkdirSync(join(dir, ".stepwell"));
    const port = await listen(createServer((_, res) => res.writeHead(500).end()));
    const hung = {
      url: `http://127.0.0.1:${port}`,
      port,
      pid: process.pid,
      startedAt: "",
      mode: "dev" as const,
    };
    writeServerFile(join(dir, ".stepwell"), hung);
    expect((await doctor()).of("server")[0]).toMatchObject({ is: "broken" });
  });

  it("goes by the mode of the server", async () => {
    const keys = { eventKeys: [EVENT_KEY], signingKey: SIGNING_KEY };
    running = await startStepwell({ mode: "start", dir: join(dir, ".stepwell"), port: 0, ...keys });
    vi.stubEnv("STEPWELL_EVENT_KEY", EVENT_KEY);
    vi.stubEnv("STEPWELL_SIGNING_KEY", SIGNING_KEY);
    expect(await doctor()).toMatchObject({ mode: "start", code: 0 });
  });
});

describe("apps", () => {
  const apps = async (...args: string[]) => (await doctor(...args)).of("app");

  it("W-7: an app with the same keys passes the trust probe", async () => {
    const url = await app(cloud);
    expect(await apps(...startKeys, "--sdk-url", url)).toEqual([
      { name: "app", is: "ok", says: expect.stringContaining("keys are the same") },
    ]);
  });

  it.each<[string, object, RegExp]>([
    ["another signing key", { signingKey: OTHER_KEY }, /signing key is another one/],
    ["no signing key", { signingKey: undefined }, /it has no signing key/],
    ["an unknown event key", { eventKey: "other" }, /sends events with a key that this server does not know/],
    ["the platform's own address", { baseUrl: undefined }, /talks to https:\/\/api\.inngest\.com/],
    ["dev mode", { isDev: true }, /is in dev mode/],
  ])("in start: %s is broken, and the cure says what to set", async (_, options, says) => {
    const url = await app({ ...cloud, ...options });
    const [check] = await apps(...startKeys, "--sdk-url", url);
    expect(check).toMatchObject({ is: "broken", says: expect.stringMatching(says) });
    expect(check?.cure).toMatch(/INNGEST_(SIGNING_KEY|EVENT_KEY|BASE_URL|DEV)/);
  });

  it("in start: an app that answers the question and fails the trust probe is broken", async () => {
    // SDK v3 answers a GET that it cannot trust with the short form (wire.md §3.4).
    const inspection = {
      function_count: 1,
      mode: "cloud",
      has_event_key: true,
      signing_key_hash: "abcdef012345",
    };
    const port = await listen(
      createServer((req, res) => {
        res.setHeader("x-inngest-sdk", "inngest-js:v3.0.0");
        if (req.method === "POST") res.writeHead(401).end("{}");
        else res.end(JSON.stringify(inspection));
      }),
    );
    const [check] = await apps(...startKeys, "--sdk-url", `http://127.0.0.1:${port}/api/inngest`);
    expect(check).toMatchObject({ is: "broken", says: expect.stringContaining("(hash abcdef012345, here ") });
    expect(check?.says).not.toContain("0123456789abcdef");
  });

  it("in dev: an app in cloud mode, one that is not there, and what is no app", async () => {
    const other = `http://127.0.0.1:${await listen(createServer((_, res) => res.end("hello")))}/api/inngest`;
    const urls = [await app(cloud), "http://127.0.0.1:1/api/inngest", other];
    const checks = await apps(...urls.flatMap((url) => ["--sdk-url", url]));
    expect(checks.map(({ is }) => is)).toEqual(["broken", "broken", "broken"]);
    expect(checks.map(({ says }) => says)).toEqual([
      expect.stringContaining("is in cloud mode"),
      expect.stringContaining("nobody listens"),
      expect.stringContaining("answers HTTP 200, but not as an Inngest SDK app"),
    ]);
  });

  it("sees a clock that is wrong", async () => {
    const url = await app(cloud, { date: new Date(Date.now() - 3_600_000).toUTCString() });
    const found = await doctor(...startKeys, "--sdk-url", url);
    expect(found.of("clock")[0]).toMatchObject({
      is: "broken",
      says: expect.stringMatching(/3\d{3} s behind/),
    });
  });
});

describe("variables", () => {
  it("names those that surprise, with what to do", async () => {
    vi.stubEnv("STEPWELL_PROT", "9000");
    vi.stubEnv("STEPWELL_QUEUE_WORKERS", "9");
    vi.stubEnv("INNGEST_DEV", "http://127.0.0.1:9999");
    vi.stubEnv("BRANCH", "feature-x");
    const found = await doctor();
    expect(found.code).toBe(0);
    expect(found.of("env").map(({ is, says, cure = "" }) => `${is} ${says} ${cure}`)).toEqual([
      expect.stringMatching(
        /^warning STEPWELL_PROT is set, and nothing reads it Did you mean STEPWELL_PORT\?/,
      ),
      expect.stringMatching(/^warning INNGEST_DEV=.*9999: .* Start them with INNGEST_DEV=http:/),
      expect.stringMatching(/^note BRANCH=feature-x /),
    ]);
    const start = await doctor(...startKeys);
    expect(start.of("env")[1]?.says).toContain("dev mode and do not sign");
  });
});

it("refuses a mode that there is not", async () => {
  const stderr = vi.spyOn(process.stderr, "write").mockImplementation(() => true);
  expect((await said("--mode", "prod")).code).toBe(2);
  expect(stderr).toHaveBeenCalledWith("stepwell: --mode: expected dev or start\n");
  expect(existsSync(join(dir, ".stepwell"))).toBe(false);
});
