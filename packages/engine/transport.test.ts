import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { createTransport, isForbiddenHost } from "./transport.ts";

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

async function send(url: string, options: { allow?: boolean; timeoutMs?: number; maxBytes?: number } = {}) {
  const transport = createTransport({ allowLinkLocal: options.allow ?? false, connections: 4 });
  const limits = { timeoutMs: options.timeoutMs ?? 2000, maxBytes: options.maxBytes ?? 1000 };
  try {
    return await transport.send({ method: "POST", url, headers: { "x-a": "1" }, body: "body" }, limits);
  } finally {
    await transport.close();
  }
}

describe("the transport", () => {
  test.each([
    "169.254.169.254",
    "[fe80::1]",
    "fd00:ec2::254",
    "metadata.google.internal",
    "METADATA.google.internal.",
  ])("%s is never called", async (host) => {
    expect(isForbiddenHost(host)).toBe(true);
  });

  test.each(["127.0.0.1", "[::1]", "10.0.0.1", "example.com"])("%s may be called", (host) => {
    expect(isForbiddenHost(host)).toBe(false);
  });

  test("a link-local address is refused before anything is sent", async () => {
    expect(await send("http://169.254.169.254/latest/meta-data")).toMatchObject({ failure: "forbidden" });
  });

  test("a redirect to a metadata address is refused, too", async () => {
    const url = await serve((_req, res) => res.writeHead(307, { location: "http://169.254.169.254/" }).end());
    expect(await send(url)).toMatchObject({ failure: "forbidden" });
  });

  test("a redirect keeps method, headers and body", async () => {
    const url = await serve((req, res) => {
      if (req.url === "/") return res.writeHead(307, { location: "/next" }).end();
      let body = "";
      req.on("data", (chunk) => {
        body += chunk;
      });
      req.on("end", () => res.end(`${req.method} ${req.headers["x-a"]} ${body}`));
    });
    expect(await send(`${url}/`)).toMatchObject({ status: 200, body: "POST 1 body", url: `${url}/next` });
  });

  test("endless redirects end", async () => {
    const url = await serve((_req, res) => res.writeHead(308, { location: "/" }).end());
    expect(await send(url)).toMatchObject({ failure: "network", message: "more than 10 redirects" });
  });

  test("an app that hangs is left after the time limit", async () => {
    const url = await serve(() => {});
    expect(await send(url, { timeoutMs: 50 })).toMatchObject({ failure: "timeout" });
  });

  test("a response over the limit is not read to its end", async () => {
    const url = await serve((_req, res) => res.end("x".repeat(2000)));
    expect(await send(url)).toMatchObject({ failure: "too_large" });
  });

  test("a refused connection and a strange protocol are told apart", async () => {
    expect(await send("http://127.0.0.1:1/")).toMatchObject({ failure: "network" });
    expect(await send("file:///etc/passwd")).toMatchObject({ failure: "forbidden" });
  });

  test("requests after one another share a connection, and at most as many run at once as there may be", async () => {
    let opened = 0;
    let now = 0;
    let most = 0;
    const url = await serve((_req, res) => {
      now += 1;
      most = Math.max(most, now);
      setImmediate(() => {
        now -= 1;
        res.end("ok");
      });
    });
    servers.at(-1)?.on("connection", () => {
      opened += 1;
    });
    const transport = createTransport({ allowLinkLocal: false, connections: 2 });
    const post = () =>
      transport.send({ method: "POST", url, headers: {}, body: "" }, { timeoutMs: 2000, maxBytes: 10 });
    for (let i = 0; i < 20; i += 1) expect(await post()).toMatchObject({ status: 200 });
    const all = await Promise.all(Array.from({ length: 12 }, post));
    expect(all.every((one) => "status" in one && one.status === 200)).toBe(true);
    expect(opened).toBeLessThanOrEqual(2);
    expect(most).toBeLessThanOrEqual(2);
    await transport.close();
  });
});
