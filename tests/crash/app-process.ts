/**
 * The app of the crash tests, a process of its own: three steps with sleeps between them, or a function
 * that does everything else, or one for each rule of flow control. It writes a line for each request that begins
 * and ends and for each execution of a step, at once and in order, so that its log tells the truth after any death.
 * Environment: APP_PORT, SERVER_URL, APP_LOG, EVENT_KEY, SIGNING_KEY, APP_DOES ("steps", "everything" or "gates").
 */
import { randomUUID } from "node:crypto";
import { appendFileSync } from "node:fs";
import { createServer } from "node:http";
import { flushCompileCache } from "node:module";
import { Readable } from "node:stream";
import { Inngest } from "inngest";
import { serve } from "inngest/node";
import { type GatedData, gatedFunctions } from "./gated-functions.ts";

/** One line of the app's log; `at` is the machine's clock, which all processes of the test share. */
export type AppLine =
  | { is: "begin"; request: string; runId: string; at: number; url: string; job: string; generation: number }
  | { is: "end"; request: string; at: number }
  /** A function under a rule of flow control was called, with these events. */
  | { is: "called"; fn: string; runId: string; data: GatedData[]; at: number }
  /** A step's body ran and gave this result. */
  | { is: "step"; runId: string; n: number; step: string; result: string; at: number }
  /** The function saw these memoised results. */
  | { is: "saw"; runId: string; seen: Record<string, string>; at: number };

const env = (name: string): string => process.env[name] ?? "";
const write = (line: AppLine): void => appendFileSync(env("APP_LOG"), `${JSON.stringify(line)}\n`);

const client = new Inngest({
  id: "crash",
  baseUrl: env("SERVER_URL"),
  isDev: false,
  eventKey: env("EVENT_KEY"),
  signingKey: env("SIGNING_KEY"),
  logger: { info() {}, warn() {}, error() {}, debug() {} },
});

const threeSteps = client.createFunction(
  { id: "three-steps", retries: 10, triggers: [{ event: "crash/go" }] },
  async ({ event, step, runId }) => {
    const { n, workMs } = event.data as { n: number; workMs: number };
    const seen: Record<string, string> = {};
    for (const name of ["one", "two", "three"]) {
      if (name !== "one") await step.sleep(`before-${name}`, "1s");
      seen[name] = await step.run(name, async () => {
        await new Promise((resolve) => setTimeout(resolve, workMs));
        const result = `${name}-${n}-${randomUUID()}`;
        write({ is: "step", runId, n, step: name, result, at: Date.now() });
        return result;
      });
      write({ is: "saw", runId, seen, at: Date.now() });
    }
    return { n, seen };
  },
);

/** A step's body: it takes a while, and says what it gave. */
async function work(runId: string, n: number, name: string, workMs: number): Promise<string> {
  await new Promise((resolve) => setTimeout(resolve, workMs));
  const result = `${name}-${n}-${randomUUID()}`;
  write({ is: "step", runId, n, step: name, result, at: Date.now() });
  return result;
}

const child = client.createFunction({ id: "child", retries: 10 }, async ({ event, step, runId }) => {
  const { n, workMs } = event.data as { n: number; workMs: number };
  const first = await step.run("child-one", () => work(runId, n, "child-one", workMs));
  return { first, second: await step.run("child-two", () => work(runId, n, "child-two", workMs)) };
});

/** Steps one after the other without a pause (checkpoints), a group, a wait, an invoke. */
const everything = client.createFunction(
  { id: "everything", retries: 10, triggers: [{ event: "crash/go" }] },
  async ({ event, step, runId }) => {
    const { n, workMs } = event.data as { n: number; workMs: number };
    const seen: Record<string, string> = {};
    for (const name of ["one", "two"]) seen[name] = await step.run(name, () => work(runId, n, name, workMs));
    const answer = await step.waitForEvent("answer", {
      event: "crash/answer",
      match: "data.n",
      timeout: "10m",
    });
    const pair = ["left", "right"];
    const results = await Promise.all(pair.map((name) => step.run(name, () => work(runId, n, name, workMs))));
    for (const [at, name] of pair.entries()) seen[name] = results[at] ?? "";
    const invoked = await step.invoke("child", { function: child, data: { n, workMs } });
    seen["last"] = await step.run("last", () => work(runId, n, "last", workMs));
    write({ is: "saw", runId, seen, at: Date.now() });
    return { n, seen, answered: answer?.data.n ?? null, child: invoked };
  },
);

const everyMinute = client.createFunction(
  { id: "every-minute", triggers: [{ cron: "* * * * *" }] },
  ({ event }) => (event.data as { scheduledAt: string }).scheduledAt,
);

const allFunctions: Record<string, () => Inngest.Any["funcs"]> = {
  steps: () => [threeSteps],
  everything: () => [everything, child, everyMinute],
  gates: () => gatedFunctions(client, write),
};
const handler = serve({ client, functions: allFunctions[env("APP_DOES")]?.() ?? [] });
createServer((req, res) => {
  if (req.url === "/alive") {
    res.end("yes");
    return;
  }
  const chunks: Buffer[] = [];
  req.on("data", (chunk: Buffer) => chunks.push(chunk));
  req.on("end", () => {
    const text = Buffer.concat(chunks).toString("utf8");
    const body = text === "" ? undefined : (JSON.parse(text) as { ctx?: { run_id?: string } });
    if (req.method === "POST") {
      const request = randomUUID();
      const of = { request, runId: body?.ctx?.run_id ?? "", url: req.url ?? "" };
      const job = String(req.headers["x-inngest-job-id"]);
      const generation = Number(req.headers["x-inngest-generation-id"]);
      write({ is: "begin", ...of, job, generation, at: Date.now() });
      const end = res.end.bind(res);
      res.end = ((...args: Parameters<typeof end>) => {
        write({ is: "end", request, at: Date.now() });
        return end(...args);
      }) as typeof res.end;
    }
    // The SDK reads the stream itself, and this one has been read: it gets another like it.
    const { method, url, headers, socket } = req;
    handler(Object.assign(Readable.from(chunks), { method, url, headers, socket }) as typeof req, res);
  });
}).listen(Number(env("APP_PORT")), "127.0.0.1", () => flushCompileCache());
