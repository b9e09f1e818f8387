/** The database goes away for some seconds while calls are in flight: the process stays, and afterwards all goes on. */
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { createDatabase } from "../../packages/store-postgres/fixtures/database.ts";
import { startServer, type TestServer } from "../../packages/store-postgres/fixtures/test-server.ts";
import { EVENT_KEY, openWorld, until, type World } from "../protocol/world.ts";

let postgres: TestServer;
let world: World | null = null;
beforeAll(async () => {
  postgres = await startServer();
});
afterAll(() => postgres.stop());
afterEach(async () => {
  await world?.close();
  world = null;
});

const OUTAGES = 2;
const AWAY_MS = 2_000;

test("sends answer 503 meanwhile, what was acknowledged is done, a call that was in flight counts", async () => {
  const { uri: postgresUri } = await createDatabase(postgres.uri);
  const gates = new Map<number, () => void>();
  const ran: string[] = [];
  const lines: string[] = [];
  const own = await openWorld({
    functions: (client) => [
      client.createFunction({ id: "slow", triggers: [{ event: "slow" }] }, async ({ event, step }: any) => {
        await step.run("before", () => void ran.push(`before ${event.data.n}`));
        await step.run("held", () => {
          ran.push(`held ${event.data.n}`);
          return new Promise<void>((resolve) => gates.set(event.data.n, resolve));
        });
        await step.sleep("a-moment", "1s");
        await step.run("after", () => void ran.push(`after ${event.data.n}`));
        return event.data.n;
      }),
    ],
    server: { postgresUri, log: ({ event }) => void lines.push(event) },
  });
  world = own;
  await own.sync();
  const ids: string[] = [];
  for (let n = 0; n < OUTAGES; n += 1) {
    ids.push(...(await own.send({ name: "slow", data: { n } })));
    const release = await until("a call in flight", () => gates.get(n));
    await postgres.halt();
    const away = Date.now() + AWAY_MS;
    await until("a send is refused", async () => (await sendOnce(own)) === 503);
    expect((await (await own.fetch("/health")).json()) as object).toMatchObject({
      data: { status: "degraded" },
    });
    // The app answers while there is no database: its answer is kept and offered again.
    release();
    await until("the time is over", async () => (await sendOnce(own)) === 503 && Date.now() > away);
    await postgres.resume();
    await until("a send is taken", async () => (await sendOnce(own)) === 200);
    await own.ended((await own.runOf(ids[n] ?? "")).run_id);
  }
  for (const id of ids) expect(await own.runOf(id)).toMatchObject({ status: "Completed" });
  expect(ran).toEqual([0, 1].flatMap((n) => [`before ${n}`, `held ${n}`, `after ${n}`]));
  expect(lines.filter((event) => event === "store.recovered").length).toBeGreaterThanOrEqual(OUTAGES);
  expect(lines).not.toContain("call.failed");
});

async function sendOnce(own: World): Promise<number> {
  const body = JSON.stringify([{ name: "nobody/listens", data: {} }]);
  const headers = { "content-type": "application/json" };
  return (await fetch(`${own.server.url}/e/${EVENT_KEY}`, { method: "POST", headers, body })).status;
}
