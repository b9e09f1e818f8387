/** The same questions as in `runs.test.ts`, to a real server: is it as the recorded answers say? */
import { createServer, type Server } from "node:http";
import { Inngest, NonRetriableError } from "inngest";
import { serve } from "inngest/node";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { type RealServer, startRealServer } from "./fixtures/real-server.ts";
import { createRest } from "./rest.ts";
import { type Runs, readFailure, runs } from "./runs.ts";

let engine: RealServer | undefined;
let app: Server | undefined;
let inngest: Inngest;
let client: Runs;

beforeAll(async () => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  engine = await startRealServer();
  client = runs(createRest({ baseUrl: engine.url }));
  inngest = new Inngest({ id: "saas", isDev: true, baseUrl: engine.url });
  const good = inngest.createFunction({ id: "good", triggers: [{ event: "app/good" }] }, ({ step }) =>
    step.run("work", () => ({ rows: 3 })),
  );
  const bad = inngest.createFunction({ id: "bad", triggers: [{ event: "app/bad" }] }, () => {
    throw new NonRetriableError("No such plan");
  });
  const opened = createServer(serve({ client: inngest, functions: [good, bad] }));
  app = opened;
  await new Promise<void>((done) => opened.listen(0, "127.0.0.1", done));
  const address = opened.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const registered = await fetch(`http://127.0.0.1:${port}/api/inngest`, { method: "PUT" });
  expect(registered.status).toBe(200);
}, 60_000);
afterAll(async () => {
  await engine?.close();
  app?.close();
});

async function runByHand(functionId: string) {
  await inngest.send({ name: `app/${functionId}`, data: { triggeredBy: "usr_ada", manual: true } });
  return vi.waitFor(
    async () => {
      const answer = await client.list(functionId, 5);
      if (answer.is !== "found") throw new Error(`The list is ${answer.is}`);
      const [run] = answer.data;
      expect(run?.endedAt).toBeInstanceOf(Date);
      return run as NonNullable<typeof run>;
    },
    { timeout: 20_000, interval: 100 },
  );
}

it("lists a run that was started by hand, its step and its output", async () => {
  const run = await runByHand("good");
  expect(run).toMatchObject({ status: "completed", trigger: { eventName: "app/good" } });
  expect(await client.findStarter(run)).toMatchObject({ is: "found", data: "usr_ada" });
  expect(await client.find(run.id)).toMatchObject({ is: "found", data: { output: { rows: 3 } } });
  const steps = await client.listSteps(run.id);
  expect(steps.is === "found" && steps.data[0]).toMatchObject({
    stepId: "work",
    status: "completed",
    attemptCount: 1,
    output: { data: { rows: 3 } },
  });
});

it("says why a run failed", async () => {
  const run = await runByHand("bad");
  expect(run.status).toBe("failed");
  const answer = await client.find(run.id);
  expect(answer.is === "found" && readFailure(answer.data.output)).toMatchObject({ message: "No such plan" });
});

it("knows no other run", async () => {
  expect(await client.find("01M8G9YW41SYWVN56HGYK0MJYY")).toEqual({ is: "absent" });
  expect(await client.list("nothing", 5)).toMatchObject({ is: "found", data: [] });
});

it("is asked in production with the signing key, and not without", async () => {
  const signingKey = `signkey-test-${"ab".repeat(32)}`;
  const server = await startRealServer(signingKey);
  const ask = (...signingKeys: string[]) =>
    runs(createRest({ baseUrl: server.url, signingKeys })).list("nothing", 5);
  const found = { is: "found", data: [] };
  const refused = { is: "unreachable", reason: expect.stringContaining("does not take INNGEST_SIGNING_KEY") };
  try {
    expect(await ask(signingKey)).toMatchObject(found);
    expect(await ask("signkey-test-00", signingKey)).toMatchObject(found);
    expect(await ask("signkey-test-00")).toMatchObject(refused);
    expect(await ask()).toMatchObject(refused);
  } finally {
    await server.close();
  }
}, 60_000);
