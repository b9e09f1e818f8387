/** A register call that is refused is told to the app, and kept where people look at apps. */
import type { StepwellError } from "@stepwell/core";
import { expect, test } from "vitest";
import { createServer } from "../create-server.ts";
import { createFakeEngine, optionsFor, SIGNING_KEY } from "../fixtures/fake-engine.ts";

const url = "http://localhost:3000/api/inngest";
const body = (functions: object[], more: object = {}): string =>
  JSON.stringify({ url, appName: "shop", sdk: "js:v4.24.0", v: "0.1", functions, ...more });
const broken = { id: "shop-x", name: "x", triggers: [{ cron: "@hourly" }], steps: {} };

function world(mode: "dev" | "start" = "dev") {
  const engine = createFakeEngine();
  const kept: [string, StepwellError][] = [];
  engine.keepSyncTrouble = async (name, error) => void kept.push([name, error]);
  const server = createServer(optionsFor(engine, { mode, signingKeys: [SIGNING_KEY] }));
  const post = (text: string) =>
    server(new Request("http://localhost/fn/register", { method: "POST", body: text }));
  return { kept, post };
}

test("a function that is not valid: refused, and kept under the app's name", async () => {
  const { kept, post } = world();
  const response = await post(body([broken]));
  expect(response.status).toBe(400);
  expect(kept).toMatchObject([["shop", { code: "sync_refused" }]]);
});

test("nothing is kept of a sync that works, of a body without a name, or of a caller without the key", async () => {
  const { kept, post } = world();
  expect((await post(body([]))).status).toBe(200);
  expect((await post(body([broken], { appName: null }))).status).toBe(400);
  expect((await post("[1]")).status).toBe(400);
  const guarded = world("start");
  expect((await guarded.post(body([broken]))).status).toBe(401);
  expect([...kept, ...guarded.kept]).toEqual([]);
});
