/**
 * The bare loop: the calls that the engine would make for a run, one after the other, many runs at once, and
 * nothing stored. Requests, signatures and answers go through the engine's own code and HTTP client; all
 * requests are written before the clock starts. It also stands in for the server to which the SDK
 * sends checkpoints. Environment: PORT, STUB_PORT, APP_URL.
 */
import { createServer } from "node:http";
import type { Answer, Json } from "@stepwell/core";
import { createChance, createTransport } from "@stepwell/engine";
import { functionId, readAnswer, type WireRequest, writeCall } from "@stepwell/protocol";
import { type BareResult, IN_FLIGHT, type Workload } from "./bare-work.ts";
import { type EventKind, eventOf } from "./events.ts";
import { APP, SIGNING_KEY } from "./keys.ts";

const env = (name: string): string => process.env[name] ?? "";
const chance = createChance();
const transport = createTransport({ allowLinkLocal: false, connections: IN_FLIGHT });
const limits = { timeoutMs: 60_000, maxBytes: 8 * 2 ** 20 };
type Steps = { id: string; result: Json }[];

createServer((req, res) => {
  req.resume();
  req.on("end", () => res.writeHead(200, { "content-type": "application/json" }).end("{}"));
}).listen(Number(env("STUB_PORT")), "127.0.0.1");

createServer(async (req, res) => {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk as Buffer);
  try {
    res.end(JSON.stringify(await measure(JSON.parse(Buffer.concat(chunks).toString("utf8")) as Workload)));
  } catch (error) {
    console.error(error);
    res.writeHead(500).end(String(error));
  }
}).listen(Number(env("PORT")), "127.0.0.1");

async function measure({ kind, count }: Workload): Promise<BareResult> {
  const states = await learn(kind);
  const runs = Array.from({ length: count }, (_, n) => {
    const runId = chance.id(Date.now());
    return states.map((steps) => request(kind, n, runId, steps));
  });
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let run = runs[next]; run !== undefined; run = runs[next]) {
      next += 1;
      for (const one of run) await call(one);
    }
  };
  const [began, cpu] = [performance.now(), process.cpuUsage()];
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
  const used = process.cpuUsage(cpu);
  return {
    seconds: (performance.now() - began) / 1000,
    calls: count * states.length,
    loopCpuMs: (used.user + used.system) / 1000,
  };
}

/** Goes through one run and notes which results each of its calls carries. */
async function learn(kind: EventKind): Promise<Steps[]> {
  const states: Steps[] = [[]];
  const runId = chance.id(Date.now());
  for (;;) {
    const steps = states.at(-1) ?? [];
    const answer = await call(request(kind, 0, runId, steps));
    if (answer.is === "broke") throw new Error(`${answer.error.name}: ${answer.error.message}`);
    if (answer.is === "returned" || answer.ops.some(({ op }) => op === "RunComplete")) return states;
    const found = answer.ops.flatMap((op) =>
      op.op === "StepRun" ? [{ id: op.id, result: { type: "data", data: op.data } }] : [],
    );
    if (found.length === 0) throw new Error(`no step in ${JSON.stringify(answer.ops)}`);
    states.push([...steps, ...found]);
  }
}

async function call(one: WireRequest): Promise<Answer> {
  const response = await transport.send(one, limits);
  if ("failure" in response) throw new Error(response.message);
  const { status, headers, body } = response;
  return readAnswer({ status, headers, body, now: Date.now(), signingKeys: [SIGNING_KEY] });
}

function request(kind: EventKind, n: number, runId: string, steps: Steps): WireRequest {
  const { name, data } = eventOf(kind, n);
  const now = Date.now();
  return writeCall({
    run: { id: runId },
    state: { requestVersion: steps.length === 0 ? -1 : 2 },
    events: [{ name, data, id: chance.id(now), ts: now, user: {} }],
    steps,
    call: { target: null, attempt: 0, generation: 1 },
    config: { url: `${env("APP_URL")}?fnId=${APP}-${kind}&stepId=step`, maxAttempts: 4 },
    functionId: functionId(APP, `${APP}-${kind}`),
    die: false,
    requestId: chance.id(now),
    jobId: chance.id(now),
    signingKey: SIGNING_KEY,
    serverKind: "cloud",
    unixSeconds: Math.floor(now / 1000),
  });
}
