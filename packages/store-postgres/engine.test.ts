/** The engine over this store: runs end, limits hold, and what waits is woken by the commits of others. */
import { afterAll, afterEach, expect, inject, test } from "vitest";
import { ended, fn, named, open, planned, returned, stopEngines } from "../engine/fixtures/small-world.ts";
import { createDatabase } from "./fixtures/database.ts";

const database = await createDatabase(inject("postgresUri"));
afterEach(async () => {
  await stopEngines();
  await database.closeStores();
});
afterAll(() => database.remove());

test("forty runs of two steps under a limit of three: all end, never four calls at once", {
  timeout: 60_000,
}, async () => {
  const store = await database.open({ schema: database.freshSchema() });
  await store.migrate();
  let [calls, most] = [0, 0];
  const { engine, send } = await open({
    store,
    functions: [fn("work", { concurrency: [{ limit: 3, scope: "fn" }] })],
    app: {
      work: async ({ steps }) => {
        calls += 1;
        most = Math.max(most, calls);
        await new Promise<void>((resolve) => setImmediate(resolve));
        calls -= 1;
        const next = ["a", "b"].find((id) => steps[id] === undefined);
        if (next === undefined) return returned(steps);
        return planned({ ...named(next), op: "StepRun", data: next });
      },
    },
  });
  const ids = await Promise.all(Array.from({ length: 40 }, (_, n) => send("work", { n })));
  for (const id of ids) expect((await waitFor(() => ended(engine, id))).status).toBe("completed");
  expect(most).toBeGreaterThan(1);
  expect(most).toBeLessThanOrEqual(3);
});

/** `ended` waits five seconds; a busy machine may need some of them more than once. */
async function waitFor<R>(look: () => Promise<R>): Promise<R> {
  for (let tries = 5; ; tries -= 1)
    try {
      return await look();
    } catch (error) {
      if (tries === 0) throw error;
    }
}
