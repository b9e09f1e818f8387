/** Requests that the server makes for a step: `step.fetch` and `step.ai.infer` (semantics §7.7), over HTTP. */
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { begin as beginRun, completed, type Handler, HOUR, rootSpan, useWorld, world } from "./bench.ts";
import { type RunView, until } from "./world.ts";

useWorld();
const SECRET = "sk-very-secret";

interface Asked {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
}

let provider: Server;
let base = "";
const asked: Asked[] = [];
let answer: (request: Asked) => { status: number; body: string } | "break" = () => ({
  status: 200,
  body: "{}",
});

beforeAll(async () => {
  provider = createServer((req, res) => {
    let body = "";
    req.on("data", (chunk) => {
      body += chunk;
    });
    req.on("end", () => {
      const request = { method: req.method ?? "", url: req.url ?? "", headers: req.headers, body };
      asked.push(request);
      const reply = answer(request);
      if (reply === "break") return req.socket.destroy();
      res.writeHead(reply.status, { "content-type": "application/json", "x-answer": "yes" }).end(reply.body);
    });
  });
  await new Promise<void>((resolve) => provider.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
});
beforeEach(() => {
  asked.length = 0;
});
afterAll(() => {
  provider.closeAllConnections();
  provider.close();
});

const begin = (id: string, handler: Handler, retries: 0 | 1 = 0): Promise<RunView> =>
  beginRun(id, { retries }, handler);

const retryIsSet = (run: RunView): Promise<unknown> =>
  until("the retry is set", async () => JSON.stringify(await rootSpan(run)).includes("Attempt 0"));

test("W-34: the request goes out with method, headers and body, and the answer is the step's result", async () => {
  answer = () => ({ status: 200, body: '{"ok":true}' });
  const run = await begin("w34", async ({ step }) => {
    const response = await step.fetch(`${base}/p?q=${SECRET}`, {
      method: "PUT",
      headers: { "x-mine": "1", authorization: SECRET },
      body: JSON.stringify({ a: 1 }),
    });
    return { status: response.status, json: await response.json(), header: response.headers.get("x-answer") };
  });
  const output = { status: 200, json: { ok: true }, header: "yes" };
  await completed(run, output);
  expect(asked).toHaveLength(1);
  expect(asked[0]).toMatchObject({ method: "PUT", url: `/p?q=${SECRET}`, body: '{"a":1}' });
  expect(asked[0]?.headers).toMatchObject({ "x-mine": "1", authorization: SECRET });
  const trace = JSON.stringify(await world.json(`/v2/runs/${run.run_id}/trace`));
  expect(trace).not.toContain(SECRET);
});

test("ST-20: a status of 500 is an answer, and not tried again", async () => {
  answer = () => ({ status: 500, body: "broken" });
  const run = await begin("st20", async ({ step }) => (await step.fetch(`${base}/`)).status, 1);
  await completed(run, 500);
  expect(asked).toHaveLength(1);
});

test("a request whose connection breaks is made again by the retry table, and then fails the step", async () => {
  answer = () => "break";
  const run = await begin(
    "broken",
    async ({ step }) => {
      try {
        return (await step.fetch(`${base}/`)).status;
      } catch (error) {
        return `caught ${(error as Error).message}`;
      }
    },
    1,
  );
  await retryIsSet(run);
  world.advance(HOUR);
  expect((await world.ended(run.run_id)).output).toContain("caught the connection failed");
});

const providers: [string, (ai: any) => any, (headers: IncomingHttpHeaders, url: string) => unknown][] = [
  [
    "openai",
    (ai) => ai.models.openai({ model: "gpt-4o", apiKey: SECRET, baseUrl: `${base}/v1` }),
    (headers) => headers.authorization,
  ],
  [
    "anthropic",
    (ai) =>
      ai.models.anthropic({
        model: "claude-3-5-sonnet-latest",
        apiKey: SECRET,
        baseUrl: `${base}/v1`,
        defaultParameters: { max_tokens: 10 },
      }),
    (headers) => `Bearer ${headers["x-api-key"]}`,
  ],
  [
    "gemini",
    (ai) => ai.models.gemini({ model: "gemini-1.5-flash", apiKey: SECRET, baseUrl: `${base}/v1` }),
    (_headers, url) => `Bearer ${new URL(url, base).searchParams.get("key")}`,
  ],
];
test.each(providers)(
  "W-35: an AI request to %s is authorised its way, and the key is in no trace",
  async (id, model, key) => {
    answer = () => ({ status: 200, body: '{"answer":42}' });
    const run = await begin(`ai-${id}`, async ({ step }) =>
      step.ai.infer("ask", { model: model(step.ai), body: { messages: [], contents: [] } as never }),
    );
    await completed(run, { answer: 42 });
    const [request] = asked;
    expect(request).toMatchObject({ method: "POST" });
    expect(key(request?.headers ?? {}, request?.url ?? "")).toBe(`Bearer ${SECRET}`);
    const trace = JSON.stringify(await world.json(`/v2/runs/${run.run_id}/trace?includeOutput=true`));
    expect(trace).not.toContain(SECRET);
    expect(trace).toContain("AI_GATEWAY");
  },
);

test("ST-21: a provider that answers 401 is tried again, then the step fails with AIGatewayError", async () => {
  answer = () => ({ status: 401, body: '{"error":"no such key"}' });
  const run = await begin(
    "st21",
    async ({ step }) => {
      try {
        const model = step.ai.models.openai({ model: "gpt-4o", apiKey: SECRET, baseUrl: base });
        return await step.ai.infer("ask", { model, body: { messages: [] } });
      } catch (error) {
        return `caught ${(error as Error).name}: ${(error as Error).message}`;
      }
    },
    1,
  );
  await retryIsSet(run);
  world.advance(HOUR);
  expect((await world.ended(run.run_id)).output).toContain("the provider answered HTTP 401");
  expect(asked).toHaveLength(2);
});

test("step.ai.wrap is a step whose arguments are kept", async () => {
  const run = await begin("wrap", async ({ step }) =>
    step.ai.wrap("add", async (a: number, b: number) => a + b, 1, 2),
  );
  await completed(run, 3);
});

test("link-local addresses are not called, and the step says so without another try", async () => {
  const run = await begin(
    "metadata",
    async ({ step }) => {
      try {
        return (await step.fetch("http://169.254.169.254/latest/meta-data")).status;
      } catch (error) {
        return `caught ${(error as Error).message}`;
      }
    },
    1,
  );
  expect((await world.ended(run.run_id)).output).toContain("may not be called");
});
