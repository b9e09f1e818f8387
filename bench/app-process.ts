/**
 * The app of the benches: a real SDK client behind `inngest/node`, as a customer would run it. It counts
 * what it sees, and for latencies it sends the events itself, so that both ends are read on one clock.
 * Environment: APP_PORT, SERVER_URL, EVENT_KEY, SIGNING_KEY.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { Inngest } from "inngest";
import { serve } from "inngest/node";
import { type Drive, drive } from "./drive.ts";
import { APP } from "./keys.ts";

const env = (name: string): string => process.env[name] ?? "";
const seen = new Map<string, { count: number; firstAt: number; lastAt: number }>();
const waiting = new Map<number, (at: number) => void>();
let calls = 0;

/** The place in a function that a bench measures up to. */
function reached(name: string, n: unknown): void {
  const now = Date.now();
  const of = seen.get(name) ?? { count: 0, firstAt: now, lastAt: now };
  seen.set(name, { ...of, count: of.count + 1, lastAt: now });
  waiting.get(Number(n))?.(performance.now());
}

const client = new Inngest({
  id: APP,
  baseUrl: env("SERVER_URL"),
  isDev: false,
  eventKey: env("EVENT_KEY"),
  signingKey: env("SIGNING_KEY"),
  logger: { info() {}, warn() {}, error() {}, debug() {} },
});

const noOp = client.createFunction({ id: "no-op", triggers: [{ event: "bench/no-op" }] }, ({ event }) => {
  reached("no-op", event.data.n);
});

const threeSteps = (id: string, checkpointing: boolean) =>
  client.createFunction(
    { id, checkpointing, triggers: [{ event: `bench/${id}` }] },
    async ({ event, step }) => {
      const a = await step.run("a", () => event.data.n);
      const b = await step.run("b", () => ({ a }));
      return step.run("c", () => ({ a, b }));
    },
  );

const sleeper = client.createFunction(
  { id: "sleeper", triggers: [{ event: "bench/sleep" }] },
  async ({ event, step }) => {
    await step.sleepUntil("nap", new Date(event.data.until));
    reached("sleeper", event.data.n);
  },
);

const waiter = (id: string, condition: string) =>
  client.createFunction({ id, triggers: [{ event: `bench/${id}` }] }, async ({ event, step }) => {
    const answer = await step.waitForEvent("answer", {
      event: "bench/answer",
      if: condition,
      timeout: "30d",
    });
    if (answer !== null) reached(id, event.data.n);
  });

const midnight = client.createFunction({ id: "midnight", triggers: [{ cron: "0 0 * * *" }] }, () => "ticked");

const functions = [
  noOp,
  threeSteps("three-steps", true),
  threeSteps("three-steps-plain", false),
  sleeper,
  waiter("wait-id", "async.data.id == event.data.id"),
  waiter("wait-two", "async.data.tenant == event.data.tenant && async.data.plan == event.data.plan"),
  waiter("wait-any", "async.data.amount > 1000000"),
  midnight,
];
const handler = serve({ client, functions });

createServer((req, res) => {
  if (req.url?.startsWith("/bench/") === true) return void control(req, res);
  if (req.method === "POST") calls += 1;
  handler(req, res);
}).listen(Number(env("APP_PORT")), "127.0.0.1");

async function control(req: IncomingMessage, res: ServerResponse): Promise<void> {
  if (req.url === "/bench/seen") {
    res.end(JSON.stringify({ calls, functions: Object.fromEntries(seen) }));
    return;
  }
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk as Buffer);
  const order = JSON.parse(Buffer.concat(chunks).toString("utf8")) as Drive;
  try {
    res.end(JSON.stringify(await drive(order, `${env("SERVER_URL")}/e/${env("EVENT_KEY")}`, waiting)));
  } catch (error) {
    res.writeHead(500).end(String(error));
  }
}
