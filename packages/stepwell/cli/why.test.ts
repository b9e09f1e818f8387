/** `stepwell why`: a run's reasons with their holders, an event's outcomes, ids that nobody knows. */
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { V1Event, V1Run } from "@stepwell/api";
import { Inngest } from "inngest";
import { serve } from "inngest/node";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { type Stepwell, startStepwell } from "../start-stepwell.ts";
import { run } from "./main.ts";
import { eventText, runText } from "./why.ts";

vi.hoisted(() => {
  process.env.NO_COLOR = "1";
});

let dir: string;
let stepwell: Stepwell;
let app: Server;
let release: () => void = () => {};

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "stepwell-why-"));
  stepwell = await startStepwell({ mode: "dev", inMemory: true, dir: join(dir, ".stepwell"), port: 0 });
  const logger = { info() {}, warn() {}, error() {}, debug() {} };
  const client = new Inngest({ id: "shop", baseUrl: stepwell.url, isDev: true, logger });
  const held = client.createFunction(
    { id: "held", triggers: [{ event: "shop/held" }], concurrency: { limit: 1, key: "event.data.org" } },
    ({ step }) => step.run("work", () => new Promise<void>((resolve) => (release = resolve))),
  );
  const limited = client.createFunction(
    { id: "limited", triggers: [{ event: "shop/limited" }], rateLimit: { limit: 1, period: "1h" } },
    () => "ran",
  );
  app = createServer(serve({ client, functions: [held, limited] }));
  await new Promise<void>((resolve) => app.listen(0, "127.0.0.1", resolve));
  await stepwell.engine.syncUrl(`http://127.0.0.1:${(app.address() as AddressInfo).port}/api/inngest`);
});
afterAll(async () => {
  release();
  await stepwell.close();
  app.closeAllConnections();
  app.close();
  rmSync(dir, { recursive: true, force: true });
});
afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
});

/** What a command prints, and its exit code. */
async function printed(...args: string[]): Promise<{ out: string; err: string; code: number }> {
  const text = { out: "", err: "" };
  vi.spyOn(process.stdout, "write").mockImplementation((part) => ((text.out += String(part)), true));
  vi.spyOn(process.stderr, "write").mockImplementation((part) => ((text.err += String(part)), true));
  await run([...args, "--url", stepwell.url]);
  vi.restoreAllMocks();
  return { ...text, code: Number(process.exitCode ?? 0) };
}
async function send(name: string): Promise<string> {
  const { out } = await printed("send", name, "--data", '{"org":"acme"}', "--json");
  return JSON.parse(out).ids[0];
}
async function runId(eventId: string): Promise<string> {
  return vi.waitFor(async () => {
    const [found] = await stepwell.engine.read.eventRuns(eventId);
    if (found === undefined) throw new Error("no run yet");
    return found.id;
  });
}

test("a run behind a limit: the key, the holder, since when; --json gives the API's answer", async () => {
  const first = await runId(await send("shop/held"));
  const second = await runId(await send("shop/held"));
  const { out } = await vi.waitFor(async () => {
    const shown = await printed("why", second);
    if (!shown.out.includes("concurrency")) throw new Error(shown.out);
    return shown;
  });
  expect(out).toContain(`shop-held queued`);
  expect(out).toContain(`1 of 1 allowed calls in flight for event.data.org = "acme", held by ${first}`);
  expect(out).toMatch(new RegExp(`held by run ${first} since \\d\\d:\\d\\d:\\d\\d`));
  const json = JSON.parse((await printed("why", second, "--json")).out);
  expect(json).toMatchObject({ run_id: second, waiting: [{ gate: "concurrency" }] });
});

test("an event that a rate limit dropped: no run, and why", async () => {
  await runId(await send("shop/limited"));
  const dropped = await send("shop/limited");
  const { out, code } = await vi.waitFor(async () => {
    const shown = await printed("why", dropped);
    if (!shown.out.includes("dropped")) throw new Error(shown.out);
    return shown;
  });
  expect(out).toMatch(
    /shop-limited: dropped: over 1 per 1 h \(rateLimit\); the next one is let through from 2/,
  );
  expect(code).toBe(0);
});

test("an id that is neither a run's nor an event's ends with code 3 and says so", async () => {
  const { err, code } = await printed("why", "01K7Z3N5Q8V2X4Y6A1B3C5D7E9");
  expect(err).toContain("neither a run nor an event with the id 01K7Z3N5Q8V2X4Y6A1B3C5D7E9");
  expect(code).toBe(3);
});

const now = new Date(2026, 10, 28, 12);
const iso = (seconds: number): string => new Date(now.getTime() + seconds * 1000).toISOString();
const shownRun = (over: Partial<V1Run>): string =>
  runText(
    { run_id: "R", event_id: "E", function_slug: "f", status: "Running", ended_at: null, ...over } as V1Run,
    now,
  );

test("what an invoke waits for stands under it; a time says what it is", () => {
  const sleep = {
    gate: "sleep",
    step: "nap",
    message: "it sleeps",
    until: iso(60),
    until_is: "exact",
  } as const;
  const invoked = { function_id: "g", event_id: "E2", run_id: "R2", waiting: [sleep] };
  const text = shownRun({
    waiting: [
      { gate: "invoke", step: "call", message: "it waits", until: iso(90), until_is: "latest", invoked },
    ],
  });
  expect(text.split("\n").slice(2)).toEqual([
    "  call: it waits",
    "    at the latest at 12:01:30.000",
    "      nap: it sleeps",
    "        goes on at 12:01:00.000",
  ]);
});

test("a run that has ended, one between two commits, and an event that nobody listens to", () => {
  expect(shownRun({ ended_at: iso(0), status: "Completed" })).toContain("It ended at 12:00:00.000.");
  expect(shownRun({ waiting: [] })).toContain("It waits for nothing");
  const event = { name: "x", internal_id: "E", received_at: iso(0), outcomes: [] } as unknown as V1Event;
  expect(eventText(event, now)).toContain("No function listens to it.");
});
