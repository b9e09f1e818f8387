/** Addresses as no client of ours writes them, over a socket: in `start` none of them leads past the sign-in. */
import { mkdtempSync, rmSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Stepwell, startStepwell } from "./start-stepwell.ts";

const api = "/api/stepwell/v1";
let dir: string;
let server: Stepwell;
beforeAll(async () => {
  const keys = { eventKeys: ["event-key"], signingKey: "signkey-test-12345678" };
  dir = mkdtempSync(join(tmpdir(), "stepwell-addresses-"));
  server = await startStepwell({ mode: "start", ...keys, dir, inMemory: true, port: 0 });
});
afterAll(async () => {
  await server.close();
  rmSync(dir, { recursive: true, force: true });
});

interface Told {
  status: number;
  type: string;
  policy: string;
}
/** The path goes out as it is written here. */
function ask(method: string, path: string, headers: Record<string, string> = {}): Promise<Told> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: "127.0.0.1", port: server.port, method, path, headers, agent: false },
      (answer) => {
        answer.resume();
        const { "content-type": type = "", "content-security-policy": policy = "" } = answer.headers;
        answer.once("end", () => resolve({ status: answer.statusCode ?? 0, type, policy: String(policy) }));
      },
    );
    sent.once("error", reject);
    sent.end();
  });
}

it.each(
  [
    ...["/runs", "//runs", "/./runs", "/x/../runs", "/%72uns", "/runs%2f", "/runs/", "/runs%00", "/RUNS"],
    ...["/stream", "/%73tream", "/stream/", "/runs/%00", "/users?_method=POST", ";/runs", "/%ff"],
  ].map((path) => [`${api}${path}`]),
)("%s is refused", async (path) => {
  for (const method of ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
    expect([403, 404]).toContain((await ask(method, path, { "x-http-method-override": "GET" })).status);
});

it.each([
  ...["/dev", "/dev/", "/%64ev", "/dev/clock", "/x/../dev", "/v1/events", "/%761/events", "/v1//events"],
  ...["/v0/events", "/api/v2/runs", `/e/../${api.slice(1)}/users`, `/e/%2e%2e${api}/users`],
])("%s is refused", async (path) => {
  for (const method of ["GET", "HEAD", "OPTIONS"])
    expect([401, 403, 404]).toContain((await ask(method, path)).status);
});

it.each(["//dev", "/DEV", "/dev%2fclock", "/dev%00", `/${api}/runs`, api.toUpperCase(), "/api%2fv2/runs"])(
  "%s is a page for a browser, which knows nothing, and nothing for a program",
  async (path) => {
    expect((await ask("GET", path)).status).toBe(404);
    const { status, type, policy } = await ask("GET", path, { accept: "text/html" });
    // 503: the pages of this copy are not built.
    if (status === 503) return expect(type).toContain("text/plain");
    expect([status, type]).toEqual([200, "text/html; charset=utf-8"]);
    expect(policy).toContain("default-src 'none'; script-src 'self'");
  },
);

it.each(["evil.example", "localhost.evil.example", "127.999.1.1", "localhost:99999"])(
  "the host %s is answered by nothing",
  async (host) => {
    for (const path of ["/", `${api}/session`, "/health"])
      expect([400, 403]).toContain((await ask("GET", path, { host })).status);
  },
);
