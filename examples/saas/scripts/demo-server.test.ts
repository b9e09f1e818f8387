import { createServer, type RequestListener, type Server } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { openServer } from "./demo-server.ts";

let server: Server | undefined;
afterEach(() => server?.close());

async function listen(answer: RequestListener): Promise<string> {
  const opened = createServer(answer);
  server = opened;
  await new Promise<void>((done) => opened.listen(0, "127.0.0.1", done));
  const address = opened.address();
  return `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
}

const json = (status: number, body: unknown): RequestListener => {
  return (_request, response) => {
    response.writeHead(status, { "Content-Type": "application/json" });
    response.end(JSON.stringify(body));
  };
};

const schedule = {
  id: "s1",
  app: { name: "saas" },
  function: { name: "Health Check", slug: "saas-health-check" },
  cron: "*/5 * * * *",
  zone: "UTC",
};
const tick = (scheduledAt: string) => ({
  scheduledAt,
  outcome: "STARTED",
  runId: "r",
  runStatus: "COMPLETED",
});

it("reads the ticks of a span over as many pages as there are, and no further", async () => {
  const pages: Record<string, unknown> = {
    "": { data: [tick("2026-03-01T00:20:00Z"), tick("2026-03-01T00:15:00Z")], page: { cursor: "a" } },
    a: { data: [tick("2026-03-01T00:10:00Z"), tick("2026-03-01T00:05:00Z")], page: { cursor: "b" } },
  };
  const url = await listen((request, response) => {
    const cursor = new URL(request.url ?? "", "http://x").searchParams.get("cursor") ?? "";
    json(cursor in pages ? 200 : 500, pages[cursor])(request, response);
  });
  const span = { after: new Date("2026-03-01T00:05:00Z"), until: new Date("2026-03-01T00:15:00Z") };
  const ticks = await openServer(url).ticks(schedule, span);
  expect(ticks.map(({ scheduledAt }) => scheduledAt)).toEqual([
    "2026-03-01T00:10:00Z",
    "2026-03-01T00:15:00Z",
  ]);
});

describe("the demo fails with the cause and the cure", () => {
  it("when nobody listens", async () => {
    const url = await listen(json(200, {}));
    await new Promise((done) => server?.close(done));
    await expect(openServer(url).clock()).rejects.toThrow(
      new RegExp(`The Stepwell server does not answer at ${url} \\(.*ECONNREFUSED.*\\)\\.\\n.*npm start`),
    );
  });

  it.each([
    ["says so", json(404, { error: "There is nothing here.", status: 404 })],
    ["shows a page instead", (_request, response) => response.end("<!doctype html>")],
  ] satisfies [string, RequestListener][])(
    "when the server has no clock to move and %s",
    async (_how, answer) => {
      await expect(openServer(await listen(answer)).clock()).rejects.toThrow(
        /has no clock to move.*\n.*only `stepwell dev` can.*npm start/,
      );
    },
  );

  it("when somebody else moves the clock just now", async () => {
    const url = await listen(json(409, { error: "The clock is being moved already.", status: 409 }));
    await expect(openServer(url).advance("1d")).rejects.toThrow(
      `POST ${url}/dev/clock answered 409: The clock is being moved already.`,
    );
  });

  it("when an answer is not what the API promises", async () => {
    const url = await listen(json(200, { now: "soon" }));
    await expect(openServer(url).clock()).rejects.toThrow("answered 200: something unexpected");
    server?.close();
    const v2 = await listen(json(400, { errors: [{ code: "x", message: "No such function" }] }));
    await expect(openServer(v2).cleanups("2026-03-01T00:00:00Z")).rejects.toThrow("400: No such function");
  });
});
