/** `POST /v1/checkpoint/{run}/async` (wire.md §7.2–§7.4): bodies as SDKs send them, answers as they read them. */
import type { Checkpoint, LogEntry } from "@stepwell/engine";
import { describe, expect, it } from "vitest";
import type { ServerOptions } from "../context.ts";
import { createServer } from "../create-server.ts";
import { createFakeEngine, optionsFor, SIGNING_KEY } from "../fixtures/fake-engine.ts";

const RUN = "01KAV000000000000000000RN1";
const step = { id: "h", op: "StepRun", displayName: "a", userland: { id: "a" }, data: 1 };
const body = { run_id: RUN, fn_id: "f", qi_id: "JOB", generation_id: 2, steps: [step], ts: 1 };

function world(outcome: "stored" | "stale" | "unknown" = "stored", more: Partial<ServerOptions> = {}) {
  const heard: [string, Checkpoint][] = [];
  const logged: LogEntry[] = [];
  const engine = createFakeEngine();
  engine.checkpoint = async (runId, checkpoint) => {
    heard.push([runId, checkpoint]);
    return outcome;
  };
  const server = createServer(optionsFor(engine, { log: (entry) => logged.push(entry), ...more }));
  const post = (sent: unknown, run = RUN, headers: Record<string, string> = {}) =>
    server(
      new Request(`http://localhost:8288/v1/checkpoint/${run}/async`, {
        method: "POST",
        body: typeof sent === "string" ? sent : JSON.stringify(sent),
        headers,
      }),
    );
  return { post, heard, logged };
}

describe("a checkpoint", () => {
  it("W-47: is handed to the engine, and answered with 200", async () => {
    const { post, heard } = world();
    const response = await post(body);
    expect([response.status, await response.json()]).toEqual([200, {}]);
    expect(heard).toEqual([
      [
        RUN,
        {
          jobId: "JOB",
          generation: 2,
          ops: [{ op: "StepRun", id: "h", displayName: "a", userland: { id: "a" }, data: 1 }],
        },
      ],
    ]);
  });

  it("of v3 has no generation", async () => {
    const { post, heard } = world();
    await post({ qi_id: "JOB", steps: [step] });
    expect(heard[0]?.[1].generation).toBeNull();
  });

  it("W-50, W-52: 409 tells the SDK to stop; its code is for people", async () => {
    const response = await world("stale").post(body);
    expect(response.status).toBe(409);
    expect(await response.json()).toMatchObject({ code: "dispatch_stale", status: 409 });
  });

  it("404 when there is no such run", async () => {
    const response = await world("unknown").post(body);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ code: "not_found" });
  });

  it.each<[string, unknown, string, string, number]>([
    ["no JSON", "{", RUN, "invalid_json", 400],
    ["no job", { ...body, qi_id: "" }, RUN, "checkpoint_invalid", 400],
    ["no steps", { ...body, steps: null }, RUN, "checkpoint_invalid", 400],
    ["a run id that is none", body, "run-1", "id_malformed", 400],
  ])("refuses %s, and nothing is stored", async (_case, sent, run, code, status) => {
    const { post, heard } = world();
    const response = await post(sent, run);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ code });
    expect(heard).toEqual([]);
  });

  it("may be larger than an event request: results go up to 4 MiB", async () => {
    const { post, heard } = world();
    const large = { ...body, steps: [{ ...step, data: "x".repeat(3_000_000) }] };
    expect((await post(large)).status).toBe(200);
    expect(heard).toHaveLength(1);
    const tooLarge = { ...body, steps: [{ ...step, data: "x".repeat(9 * 1024 * 1024) }] };
    expect((await post(tooLarge)).status).toBe(413);
  });

  it("ops that nobody knows are skipped and named in the log", async () => {
    const { post, heard, logged } = world();
    expect((await post({ ...body, steps: [{ op: "Teleport", id: "x" }, step] })).status).toBe(200);
    expect(heard[0]?.[1].ops).toHaveLength(1);
    expect(logged).toMatchObject([{ level: "warn", event: "op.unknown", runId: RUN }]);
    expect(logged[0]?.message).toContain("Teleport");
  });

  it("asks for the signing key in start", async () => {
    const { post, heard } = world("stored", { mode: "start", signingKeys: [SIGNING_KEY] });
    expect((await post(body)).status).toBe(401);
    expect(heard).toEqual([]);
    expect((await post(body, RUN, { authorization: `Bearer ${SIGNING_KEY}` })).status).toBe(200);
  });
});
