/** `POST /v2/functions/{slug}/pause`, `/resume` and `/drain` (semantics §6.11). */
import { StepwellError } from "@stepwell/core";
import { expect, it } from "vitest";
import type { ServerOptions } from "../context.ts";
import { createServer } from "../create-server.ts";
import { createFakeEngine, optionsFor, SIGNING_KEY } from "../fixtures/fake-engine.ts";

function world(more: Partial<ServerOptions> = {}) {
  const heard: [string, string][] = [];
  const engine = createFakeEngine();
  engine.setMode = async (named, mode) => {
    if (named === "none") throw new StepwellError("not_found", "There is no such function.");
    heard.push([named, mode]);
    return { functionId: "F", slug: named, mode };
  };
  const server = createServer(optionsFor(engine, more));
  const post = (path: string, headers: Record<string, string> = {}) =>
    server(new Request(`http://localhost:8288${path}`, { method: "POST", headers }));
  return { post, heard };
}

it.each([
  ["pause", "paused"],
  ["resume", "active"],
  ["drain", "drained"],
])("%s: the function is %s, under both bases", async (verb, mode) => {
  const { post, heard } = world();
  for (const base of ["/v2", "/api/v2"]) {
    const response = await post(`${base}/functions/my%20app-fn/${verb}`);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ data: { functionId: "F", slug: "my app-fn", mode } });
  }
  expect(heard).toEqual(Array(2).fill(["my app-fn", mode]));
});

it("an unknown function and an unknown verb are not there", async () => {
  const { post, heard } = world();
  const response = await post("/v2/functions/none/pause");
  expect(response.status).toBe(404);
  expect(await response.json()).toEqual({
    errors: [{ code: "not_found", message: "There is no such function." }],
  });
  expect((await post("/v2/functions/fn/stop")).status).toBe(404);
  expect(heard).toEqual([]);
});

it("needs the signing key in start, and takes no page of another origin", async () => {
  const { post, heard } = world({ mode: "start", eventKeys: ["k"], signingKeys: [SIGNING_KEY] });
  expect((await post("/v2/functions/fn/pause")).status).toBe(401);
  const bearer = { authorization: `Bearer ${SIGNING_KEY}` };
  expect((await post("/api/v2/functions/fn/pause", { ...bearer, origin: "http://evil.test" })).status).toBe(
    403,
  );
  expect(heard).toEqual([]);
  expect((await post("/v2/functions/fn/pause", bearer)).status).toBe(200);
  expect(heard).toEqual([["fn", "paused"]]);
});
