import { createServer as createHttpServer, type RequestListener } from "node:http";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { Inngest } from "inngest";
import { serve } from "inngest/node";
import { afterEach, expect, it } from "vitest";
import { type Answer, kindHeader, type NoAnswer, probe, readSeen } from "./app-probe.ts";

const servers: Server[] = [];
const sockets = new Set<Socket>();
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
  for (const socket of sockets) socket.destroy();
  sockets.clear();
});

async function listen(server: Server): Promise<string> {
  servers.push(server);
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://localhost:${(server.address() as AddressInfo).port}/api/inngest`;
}
const http = (listener: RequestListener) => listen(createHttpServer({ keepAliveTimeout: 60_000 }, listener));

/** Every connection that was opened is closed by our side, whatever the server would like. */
async function expectClosed(): Promise<void> {
  const end = Date.now() + 2_000;
  while (sockets.size > 0) {
    if (Date.now() > end) throw new Error(`${sockets.size} connections stay open`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const ask = (url: string, timeoutMs = 2_000): Promise<Answer | NoAnswer> =>
  probe(url, { headers: kindHeader("dev"), timeoutMs });

async function see(url: string) {
  const answer = await ask(url);
  if ("failure" in answer) throw new Error(answer.message);
  return readSeen(answer);
}

it("recognises an app of the real SDK, in dev and in cloud mode", async () => {
  const logger = { info() {}, warn() {}, error() {}, debug() {} };
  const dev = new Inngest({ id: "shop", isDev: true, logger });
  const fn = dev.createFunction({ id: "f", triggers: [{ event: "e" }] }, () => 1);
  expect(await see(await http(serve({ client: dev, functions: [fn] })))).toMatchObject({
    is: "app",
    mode: "dev",
    functions: 1,
  });
  const cloud = { id: "shop", isDev: false, eventKey: "k", logger };
  const withKey = new Inngest({ ...cloud, signingKey: "signkey-test-0123" });
  const withoutKey = new Inngest(cloud);
  expect(await see(await http(serve({ client: withKey, functions: [] })))).toEqual({
    is: "locked",
    status: 401,
  });
  expect(await see(await http(serve({ client: withoutKey, functions: [] })))).toEqual({
    is: "locked",
    status: 500,
  });
  await expectClosed();
});

it("takes nothing else for an app, and closes the connection", async () => {
  const json = { "content-type": "application/json" };
  const page = await http((_, res) => res.end("<h1>hello</h1>"));
  const other = await http((_, res) => res.writeHead(200, json).end('{"mode":"dev","function_count":1}'));
  const broken = await http((_, res) => res.writeHead(200, { ...json, "x-inngest-sdk": "x" }).end("{"));
  for (const url of [page, other, broken]) expect((await see(url)).is).toBe("other");
  await expectClosed();
});

it("gives up on what is slow, endless or no HTTP, and closes the connection", async () => {
  const silent = await listen(createServer((socket) => void socket.resume()));
  expect(await ask(silent, 100)).toMatchObject({ failure: "slow" });
  const stuck = await http((_, res) => res.write("a"));
  expect(await ask(stuck, 100)).toMatchObject({ failure: "slow" });
  const endless = await http((_, res) => res.end("a".repeat(10_000_000)));
  expect(await ask(endless)).toMatchObject({ failure: "broken" });
  const binary = await listen(
    createServer((socket) => void socket.resume().end("\u0000\u0001 no http\r\n\r\n")),
  );
  expect(await ask(binary)).toMatchObject({ failure: "broken" });
  await expectClosed();
});

it("tells a closed port", async () => {
  const url = await http(() => {});
  await new Promise((resolve) => servers.pop()?.close(resolve));
  expect(await ask(url)).toMatchObject({ failure: "closed", message: "ECONNREFUSED" });
});
