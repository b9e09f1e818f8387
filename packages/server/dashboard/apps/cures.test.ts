/** Every trouble of a sync has a cure, and the words that the engine really says find the right one. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { errors, StepwellError } from "@stepwell/core";
import { createTransport } from "@stepwell/engine";
import { afterEach, describe, expect, test } from "vitest";
import { openActsWorld } from "../fixtures/acts-world.ts";
import { cureFor, cures, troubleOf, withCure } from "./cures.ts";

const servers: Server[] = [];
const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function serverThat(answer: Parameters<typeof createServer>[1]): Promise<string> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/inngest`;
}

/** What the engine says about an address, by a real connection. */
async function troubleAt(url: string): Promise<StepwellError> {
  const transport = createTransport({ allowLinkLocal: false, connections: 1 });
  const world = await openActsWorld({
    app: (request) => transport.send(request, { timeoutMs: 2_000, maxBytes: 1_000 }),
  });
  stops.push(async () => {
    await world.stop();
    await transport.close();
  });
  return world.engine.syncUrl(url).then(
    () => {
      throw new Error("the sync worked");
    },
    (error: StepwellError) => error,
  );
}

const sdk = { "x-inngest-sdk": "inngest-js:v4.24.0" };
const status =
  (code: number, headers: Record<string, string> = {}, body = "") =>
  () =>
    serverThat((_, response) => response.writeHead(code, headers).end(body));

describe("the words of real failures", () => {
  test.each<[string, () => Promise<string>, RegExp]>([
    ["nobody listens", async () => "http://127.0.0.1:9/api/inngest", /start the app/],
    ["no such host", async () => "http://no-such-host.invalid/api/inngest", /cannot find the host/],
    [
      "https to an http port",
      async () => (await status(200)()).replace("http:", "https:"),
      /http against https/,
    ],
    ["it hangs", () => serverThat(() => {}), /took too long/],
    [
      "a circle",
      () => serverThat((_, r) => r.writeHead(307, { location: "/api/inngest" }).end()),
      /in a circle/,
    ],
    ["too large", () => serverThat((_, r) => r.end("x".repeat(5_000))), /too large/],
    ["it hangs up", () => serverThat((request) => request.socket.destroy()), /closed the connection/],
    ["401 of the SDK", status(401, sdk, '{"code":"sig_verification_failed"}'), /same INNGEST_SIGNING_KEY/],
    ["no body parser", status(500, sdk, '{"message":"Missing request body when syncing"}'), /body parser/],
    ["500 of the SDK", status(500, sdk, '{"code":"internal_server_error"}'), /its log says why/],
    ["404", status(404), /usually \/api\/inngest/],
    ["405", status(405), /export GET, POST and PUT/],
    ["401 before the app", status(401), /asks for a sign-in/],
    ["502 of a proxy", status(502), /a proxy before it/],
    ["a page", status(200, {}, "<html>"), /Something else answers/],
    ["no JSON", status(200, { ...sdk, "x-inngest-sync-kind": "in_band" }, "<html>"), /update the package/],
    [
      "another kind of server",
      status(200, { ...sdk, "x-inngest-expected-server-kind": "cloud" }),
      /INNGEST_DEV=1/,
    ],
    ["a metadata address", async () => "http://169.254.169.254/api/inngest", /--allow-link-local/],
    [
      "no name",
      status(200, { ...sdk, "x-inngest-sync-kind": "in_band" }, "{}"),
      /Give the SDK client an `id`/,
    ],
    [
      "an old SDK",
      status(200, { ...sdk, "x-inngest-sync-kind": "in_band" }, '{"functions":"many"}'),
      /too old or too new/,
    ],
  ])("%s", async (_, place, words) => {
    const error = await troubleAt(await place());
    expect(cureFor(error.code, error.message)).toMatch(words);
  });
});

test("each line of the table can be reached, and is one sentence or two", () => {
  for (const { code, cure } of cures) {
    expect(errors[code]).toBeDefined();
    expect(cure).toMatch(/^[A-Z].{20,200}[.)]$/s);
  }
  expect(new Set(cures.map(({ cure }) => cure)).size).toBe(cures.length);
});

test("the caller is told message and cure, but nothing twice", () => {
  const told = withCure(new StepwellError("not_an_app", "http://a/ answers HTTP 404, but not as an app"));
  expect(told).toMatchObject({ code: "not_an_app", status: 502 });
  expect(told.message).toMatch(/not as an app\. Nothing is at this path/);
  expect(withCure(told).message).toBe(told.message);
});

test("a row says message and cure apart, whatever is in it", () => {
  expect(troubleOf(null)).toBeNull();
  expect(troubleOf("unauthorized: http://a did not sign its answer.")).toEqual({
    message: "http://a did not sign its answer.",
    cure: cureFor("unauthorized", ""),
  });
  expect(troubleOf("of another release")).toMatchObject({ message: "of another release" });
  expect(troubleOf("toString: x")).toMatchObject({ message: "toString: x" });
});
