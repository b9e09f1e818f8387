/** What leaves the house with a request: nothing that was meant for one server goes to another. */
import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "vitest";
import { createTransport } from "./transport.ts";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function send(method: string, url: string, headers: Record<string, string>) {
  const transport = createTransport({ allowLinkLocal: false, connections: 4 });
  try {
    return await transport.send(
      { method, url, headers, body: method === "GET" ? "" : "body" },
      { timeoutMs: 2000, maxBytes: 1000 },
    );
  } finally {
    await transport.close();
  }
}

describe("a redirect to another origin", () => {
  test.each(["authorization", "x-api-key", "api-key", "cookie"])("takes no %s along", async (name) => {
    let got: IncomingHttpHeaders = {};
    const other = await serve((request, response) => {
      got = request.headers;
      response.end("{}");
    });
    const first = await serve((_, response) => response.writeHead(307, { location: `${other}/p` }).end());
    expect(await send("POST", first, { [name]: "sk-secret", "content-type": "text/plain" })).toMatchObject({
      status: 200,
    });
    expect(got["content-type"]).toBe("text/plain");
    expect(got[name]).toBeUndefined();
  });
});

test("an answer that is compressed, because the step asked for that, is read as what it says", async () => {
  const url = await serve((request, response) => {
    const zipped = String(request.headers["accept-encoding"] ?? "").includes("gzip");
    if (!zipped) return response.end("plain text");
    return response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync("plain text"));
  });
  expect(await send("GET", url, { "accept-encoding": "gzip" })).toMatchObject({
    status: 200,
    body: "plain text",
  });
});

test.each(["HEAD", "DELETE", "OPTIONS"])("%s goes out", async (method) => {
  const url = await serve((_, response) => response.end());
  expect(await send(method, url, {})).toMatchObject({ status: 200 });
});

test.each([
  { connection: "keep-alive" },
  { "content-length": "4" },
  { host: "example.com" },
  { te: "trailers" },
])("headers that libraries set, %j, do not break the request", async (headers) => {
  const url = await serve((_, response) => response.end("ok"));
  expect(await send("POST", url, headers as Record<string, string>)).toMatchObject({
    status: 200,
    body: "ok",
  });
});
test.each([{ "keep-alive": "timeout=5" }, { "transfer-encoding": "chunked" }, { expect: "100-continue" }])(
  "hop-by-hop headers, %j, are left out and do not break the request",
  async (headers) => {
    const url = await serve((_, response) => response.end("ok"));
    expect(await send("POST", url, headers as Record<string, string>)).toMatchObject({
      status: 200,
      body: "ok",
    });
  },
);
