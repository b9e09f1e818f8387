import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it } from "vitest";
import { ApiError, createClient, UnreachableError } from "./client.ts";

let server: Server | undefined;
const seen: { method: string; url: string; authorization: string | undefined }[] = [];

async function answering(status: number, body: string): Promise<string> {
  server = createServer((request, response) => {
    seen.push({
      method: request.method ?? "",
      url: request.url ?? "",
      authorization: request.headers.authorization,
    });
    response.writeHead(status).end(body);
  });
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  seen.length = 0;
});

it("sends events and its key", async () => {
  const url = await answering(200, '{"ids":["01A"],"status":200}');
  const client = createClient({ url: `${url}/`, signingKey: "s" });
  expect(await client.send("a key", [{ name: "n" }])).toEqual({ ids: ["01A"], status: 200 });
  expect(seen).toEqual([{ method: "POST", url: "/e/a%20key", authorization: "Bearer s" }]);
});

it("repeats list filters in the query", async () => {
  const url = await answering(200, '{"data":[],"metadata":{"fetchedAt":"x","cachedUntil":null}}');
  await createClient({ url }).runs({ status: ["failed", "running"], limit: 3 });
  expect(seen[0]?.url).toBe("/v2/runs?status=failed&status=running&limit=3");
});

it("asks for events by what they hold, and shows where the list stands", async () => {
  const page = { cursor: "01A", hasMore: true, limit: 20 };
  const url = await answering(
    200,
    JSON.stringify({ data: [], metadata: { fetchedAt: "x", cachedUntil: null }, page }),
  );
  const answer = await createClient({ url }).events({ name: ["a", "b"], query: "event.data.n > 1" });
  expect(seen[0]?.url).toBe("/v1/events?name=a&name=b&query=event.data.n+%3E+1");
  expect(answer.page).toEqual(page);
});

it("pauses, drains and resumes a function by its name", async () => {
  const state = { functionId: "F", slug: "my app-fn", mode: "paused" };
  const url = await answering(
    200,
    JSON.stringify({ data: state, metadata: { fetchedAt: "x", cachedUntil: null } }),
  );
  const client = createClient({ url });
  expect(await client.pause("my app-fn")).toEqual(state);
  await client.drain("my app-fn");
  await client.resume("my app-fn");
  expect(seen.map(({ method, url }) => [method, url])).toEqual(
    ["pause", "drain", "resume"].map((verb) => ["POST", `/v2/functions/my%20app-fn/${verb}`]),
  );
});

it("throws the server's code and text, of v1 and of v2", async () => {
  const url = await answering(404, '{"error":"none","status":404,"code":"not_found"}');
  const refused = createClient({ url }).event("x");
  await expect(refused).rejects.toThrow(ApiError);
  await expect(refused).rejects.toMatchObject({ status: 404, code: "not_found", message: "none" });
  server?.close();
  const other = await answering(400, '{"errors":[{"code":"id_malformed","message":"bad"}]}');
  await expect(createClient({ url: other }).run("x")).rejects.toMatchObject({
    status: 400,
    code: "id_malformed",
    message: "bad",
  });
});

it("tells nobody there from no Stepwell there", async () => {
  await expect(createClient({ url: "http://127.0.0.1:1" }).runs()).rejects.toThrow(UnreachableError);
  const url = await answering(200, "<html>");
  await expect(createClient({ url }).runs()).rejects.toThrow(/not JSON/);
});
