/** Runs and events through the whole server: what HTTP and JSON make of hostile things. */
import type { Answer, EventDetail, EventLine, RunLine, RunView, SentEvent } from "@stepwell/api/dashboard";
import { apiBase, csrfHeader } from "@stepwell/api/dashboard";
import { afterEach, beforeEach, expect, it, test } from "vitest";
import type { ServerOptions } from "../../context.ts";
import { createServer, type StepwellServer } from "../../create-server.ts";
import { type DataWorld, everyWay, openDataWorld, planned } from "../fixtures/data-world.ts";

let world: DataWorld;
let server: StepwellServer;
beforeEach(async () => {
  const { charge, batch } = everyWay;
  if (charge === undefined || batch === undefined) throw new Error("the fixture has changed");
  world = await openDataWorld({ charge, batch, odd: { does: () => planned() } });
  const options: Partial<ServerOptions> = { maxBodyBytes: 8 * 1024 * 1024, version: "0", startOptions: {} };
  const keys = { eventKeys: [], signingKeys: [], allowedHosts: [] };
  server = createServer({
    engine: world.engine,
    mode: "dev",
    log: () => {},
    ...keys,
    ...options,
  } as ServerOptions);
});
afterEach(() => world.stop());

const at = (path: string): string => `http://localhost:8288${apiBase}${path}`;
const get = async <T>(path: string): Promise<Answer<T>> => (await server(new Request(at(path)))).json();
const post = (path: string, body: string) =>
  server(
    new Request(at(path), {
      method: "POST",
      body,
      headers: { "content-type": "application/json", [csrfHeader]: "dev" },
    }),
  );

it("sends an event and finds its run by what is in it", async () => {
  const response = await post("/events", '{"name":"charge","data":{"userId":"u 1"}}');
  expect(response.status).toBe(200);
  const { data: sent } = (await response.json()) as Answer<SentEvent>;
  const found = await world.until("its run", async () => {
    const q = encodeURIComponent('event.data.userId:"u 1" output.total:5');
    const { data } = await get<RunLine[]>(`/runs?q=${q}&limit=5`);
    return data[0] ?? null;
  });
  const { data: run } = await get<RunView>(`/runs/${found.id}`);
  expect(run.eventList[0]?.id).toBe(sent.id);
  const { data: event } = await get<EventDetail>(`/events/${sent.id}`);
  expect(event.runs.map(({ id }) => id)).toEqual([found.id]);
});

test.each<[string, number, string]>([
  [`{"name":"a","data":${'{"a":'.repeat(600)}1${"}".repeat(600)}}`, 400, "json_too_deep"],
  [`{"name":"a","data":${"[".repeat(100_000)}`, 400, "json_too_deep"],
  ['{"name":"a","data":{"x":"\ud800"}}', 200, ""],
  ['{"name":"a","data":[1]}', 400, "body_invalid"],
  ['{"name":"a","data":{},"secret":"s3cret"}', 400, "body_invalid"],
  ['{"name":"a","ts":1e400}', 400, "body_invalid"],
  ['{"name":"a","ts":12345678901.5}', 400, "event_invalid"],
  [`{"name":"a","data":{"x":"${"y".repeat(4_000_000)}"}}`, 413, "event_too_large"],
  ["{", 400, "invalid_json"],
])("an event that is not one is refused in words (%#)", async (body, status, code) => {
  const response = await post("/events", body);
  expect(response.status).toBe(status);
  if (status === 200) return;
  const { error } = (await response.json()) as { error: { code: string; message: string } };
  expect(error.code).toBe(code);
  expect(error.message).not.toContain("s3cret");
  expect((await get<EventLine[]>("/events?internal=true")).data).toEqual([]);
});

test.each([
  "/runs?limit=0",
  "/runs?limit=201",
  "/runs?limit=x",
  "/runs?sort=up",
  "/runs?q=a&q=b",
  "/runs?q=colour:red",
  "/events?internal=1",
  `/runs?q=${"x".repeat(2_001)}`,
  "/runs/count?limit=5",
])("%s is refused", async (path) => {
  const response = await server(new Request(at(path)));
  expect([response.status, ((await response.json()) as { error: { code: string } }).error.code]).toEqual([
    400,
    "query_invalid",
  ]);
});

it("keeps names like __proto__ inside of data, and harms nothing by them", async () => {
  const body = '{"name":"a","data":{"nested":{"__proto__":{"polluted":true}},"constructor":{"prototype":1}}}';
  const { data: sent } = (await (await post("/events", body)).json()) as Answer<SentEvent>;
  const text = await (await server(new Request(at(`/events/${sent.id}`)))).text();
  expect(text).toContain('"nested":{"__proto__":{"polluted":true}}');
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  const schema = await (await server(new Request(at("/event-types/a")))).text();
  expect(schema).toContain('"__proto__"');
});

it("finds an event type whose name holds slashes and more", async () => {
  const name = "shop/order%2f created?#é";
  expect((await post("/events", JSON.stringify({ name, data: { n: 1 } }))).status).toBe(200);
  const { data } = await get<{ name: string; samples: number }>(`/event-types/${encodeURIComponent(name)}`);
  expect(data).toMatchObject({ name, samples: 1 });
});

it("shows a batch of large events by the first ones, and names the sizes of the others", async () => {
  for (const n of [1, 2]) {
    const text = String(n).repeat(2_500_000);
    expect((await post("/events", JSON.stringify({ name: "batch", data: { text } }))).status).toBe(200);
  }
  const run = await world.until("the batch", async () => (await world.runs())[0] ?? null);
  const { data } = await get<RunView>(`/runs/${run.id}`);
  expect(data.eventList.map(({ cut }) => cut)).toEqual([false, true]);
  expect(data.eventList[1]).toMatchObject({ payload: null });
  expect(data.eventList[1]?.bytes).toBeGreaterThan(2_500_000);
});
