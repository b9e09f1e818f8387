/** `POST /v2/runs/{id}/rerun` (wire.md §10.2, semantics §8.2). */
import { StepwellError } from "@stepwell/core";
import type { RerunFrom } from "@stepwell/engine";
import { describe, expect, it } from "vitest";
import type { ServerOptions } from "../context.ts";
import { createServer } from "../create-server.ts";
import { createFakeEngine, optionsFor, SIGNING_KEY } from "../fixtures/fake-engine.ts";

const RUN = "01KAV000000000000000000RN1";
const NEW = "01KAV000000000000000000RN2";

function world(more: Partial<ServerOptions> = {}, trouble: StepwellError | null = null) {
  const heard: [string, RerunFrom | null][] = [];
  const engine = createFakeEngine();
  engine.rerun = async (runId, from) => {
    if (trouble !== null) throw trouble;
    heard.push([runId, from]);
    return { runId: NEW };
  };
  const server = createServer(optionsFor(engine, more));
  const post = (body: unknown, path = `/v2/runs/${RUN}/rerun`, headers: Record<string, string> = {}) =>
    server(
      new Request(`http://localhost:8288${path}`, {
        method: "POST",
        body: typeof body === "string" ? body : JSON.stringify(body),
        headers,
      }),
    );
  return { post, heard };
}

describe("a rerun", () => {
  it.each<[string, unknown]>([
    ["an empty body", ""],
    ["white space", " \n"],
    ["an empty object", {}],
    ["null as step", { fromStep: null }],
  ])("%s starts from the beginning", async (_case, body) => {
    const { post, heard } = world();
    const response = await post(body);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ data: { id: NEW, runId: NEW, originalRunId: RUN } });
    expect(heard).toEqual([[RUN, null]]);
  });

  it.each<[RerunFrom]>([
    [{ stepId: "charge" }],
    [{ stepId: "charge", input: [] }],
    [{ stepId: "charge", input: [1, { a: null }, "x"] }],
  ])("from %j", async (fromStep) => {
    const { post, heard } = world();
    expect((await post({ fromStep })).status).toBe(200);
    expect(heard).toEqual([[RUN, fromStep]]);
  });

  it("answers under /api/v2, too", async () =>
    expect((await world().post({}, `/api/v2/runs/${RUN}/rerun`)).status).toBe(200));

  it.each<[string, unknown, string]>([
    ["no JSON", "{", "invalid_json"],
    ["a list", [], "rerun_invalid"],
    ["text", '"x"', "rerun_invalid"],
    ["an unknown property", { from: { stepId: "a" } }, "rerun_invalid"],
    ["no step id", { fromStep: {} }, "rerun_invalid"],
    ["an empty step id", { fromStep: { stepId: "" } }, "rerun_invalid"],
    ["arguments that are no list", { fromStep: { stepId: "a", input: { a: 1 } } }, "rerun_invalid"],
    ["a misspelt property of the step", { fromStep: { stepId: "a", inputs: [] } }, "rerun_invalid"],
  ])("refuses %s, and nothing runs", async (_case, body, code) => {
    const { post, heard } = world();
    const response = await post(body);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{ code }] });
    expect(heard).toEqual([]);
  });

  it("says which property is wrong, and what is expected", async () => {
    const response = await world().post({ fromStep: { stepId: "a", input: 7 } });
    const { errors } = (await response.json()) as { errors: { message: string }[] };
    expect(errors[0]?.message).toMatch(/input.*"fromStep"/);
  });

  it("refuses a run id that is none", async () => {
    const response = await world().post({}, "/v2/runs/run-1/rerun");
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{ code: "id_malformed" }] });
  });

  it.each([
    ["not_found", 404],
    ["step_ambiguous", 400],
    ["input_not_replaceable", 400],
  ] as const)("tells %s of the engine as it is", async (code, status) => {
    const response = await world({}, new StepwellError(code)).post({});
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ errors: [{ code }] });
  });

  it("asks for the signing key in start, under both addresses", async () => {
    const { post, heard } = world({ mode: "start", signingKeys: [SIGNING_KEY] });
    for (const base of ["/v2", "/api/v2"]) {
      const path = `${base}/runs/${RUN}/rerun`;
      expect((await post({}, path)).status).toBe(401);
      expect((await post({}, path, { authorization: `Bearer ${SIGNING_KEY}` })).status).toBe(200);
    }
    expect(heard).toHaveLength(2);
  });
});
