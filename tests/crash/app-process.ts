/**
 * The app of the crash test, a process of its own: three steps with sleeps between them. It writes a line
 * for each request that begins and ends and for each execution of a step, at once and in order, so that
 * its log tells the truth after any death.
 * Environment: APP_PORT, SERVER_URL, APP_LOG, EVENT_KEY, SIGNING_KEY.
 */
import { randomUUID } from "node:crypto";
import { appendFileSync } from "node:fs";
import { createServer } from "node:http";
import { Readable } from "node:stream";
import { Inngest } from "inngest";
import { serve } from "inngest/node";

/** One line of the app's log; `at` is the machine's clock, which all processes of the test share. */
export type AppLine =
  | { is: "begin"; request: string; runId: string; at: number }
  | { is: "end"; request: string; at: number }
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

const handler = serve({ client, functions: [threeSteps] });
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
      write({ is: "begin", request, runId: body?.ctx?.run_id ?? "", at: Date.now() });
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
}).listen(Number(env("APP_PORT")), "127.0.0.1");
