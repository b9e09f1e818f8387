/** `POST /v1/signals` (wire.md §10.1, semantics §7.4). */
import type { Json } from "@stepwell/core";
import { describe, expect, it } from "vitest";
import type { ServerOptions } from "../context.ts";
import { createServer } from "../create-server.ts";
import { createFakeEngine, optionsFor, SIGNING_KEY } from "../fixtures/fake-engine.ts";

function world(more: Partial<ServerOptions> = {}) {
  const heard: [string, Json][] = [];
  const engine = createFakeEngine();
  engine.signal = async (signal, data) => {
    heard.push([signal, data]);
    return signal === "waited-for" ? { runId: "01KAV000000000000000000RN1" } : null;
  };
  const server = createServer(optionsFor(engine, more));
  const post = (body: unknown, headers: Record<string, string> = {}) =>
    server(
      new Request("http://localhost:8288/v1/signals", {
        method: "POST",
        body: typeof body === "string" ? body : JSON.stringify(body),
        headers,
      }),
    );
  return { post, heard };
}

describe("sending a signal", () => {
  it("answers with the run that goes on", async () => {
    const { post, heard } = world();
    const response = await post({ signal: "waited-for", data: { ok: [1] } });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ data: { run_id: "01KAV000000000000000000RN1" } });
    expect(heard).toEqual([["waited-for", { ok: [1] }]]);
  });

  it("without data gives null", async () => {
    const { post, heard } = world();
    await post({ signal: "waited-for" });
    expect(heard).toEqual([["waited-for", null]]);
  });

  it("ST-12, W-31: 404 when nobody waits, as the SDK expects it", async () => {
    const response = await world().post({ signal: "other", data: 1 });
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ status: 404, code: "nobody_waits" });
  });

  it.each<[string, unknown, string, number]>([
    ["no JSON", "{", "invalid_json", 400],
    ["a list", [{ signal: "s" }], "signal_invalid", 400],
    ["null", null, "signal_invalid", 400],
    ["no name", { data: 1 }, "signal_invalid", 400],
    ["an empty name", { signal: "" }, "signal_invalid", 400],
    ["a number as name", { signal: 7 }, "signal_invalid", 400],
    ["more than a body may have", { signal: "s", data: "x".repeat(20_000) }, "body_too_large", 413],
  ])("refuses %s, and the engine hears nothing", async (_case, body, code, status) => {
    const { post, heard } = world();
    const response = await post(body);
    expect(await response.json()).toMatchObject({ code, status });
    expect(response.status).toBe(status);
    expect(heard).toEqual([]);
  });

  it("asks for the signing key in start", async () => {
    const { post, heard } = world({ mode: "start", signingKeys: [SIGNING_KEY] });
    expect((await post({ signal: "waited-for" })).status).toBe(401);
    expect(heard).toEqual([]);
    const signed = await post({ signal: "waited-for" }, { authorization: `Bearer ${SIGNING_KEY}` });
    expect(signed.status).toBe(200);
  });

  it("refuses pages of another origin", async () => {
    const { post, heard } = world();
    expect((await post({ signal: "waited-for" }, { origin: "https://evil.example" })).status).toBe(403);
    expect(heard).toEqual([]);
  });
});
