/** Waits and events that overlap: what the wait's node finds when it looks once more (ADR 0024). */
import type { Store } from "@stepwell/store";
import { afterAll, afterEach, expect, inject, test } from "vitest";
import {
  type App,
  ended,
  fn,
  named,
  type Opened,
  open,
  planned,
  returned,
  stopEngines,
} from "../engine/fixtures/small-world.ts";
import { createDatabase, until } from "./fixtures/database.ts";

const database = await createDatabase(inject("postgresUri"));
afterEach(async () => {
  await stopEngines();
  await database.closeStores();
});
afterAll(() => database.remove());

const PAIRS = 1000;
const AT_ONCE = 100;
/** A node that receives and routes; it knows the functions that are there when it opens. */
const noCalls = { queueWorkers: 0 };
const LONG_MS = 150_000;

const app: App = {
  waits: (body) => {
    if (body.steps["w"] !== undefined) return returned("met");
    const { n } = (body as unknown as { event: { data: { n: number } } }).event.data;
    const opts = { event: "t/w", if: `async.data.n == ${n}`, timeout: "1h" };
    return planned({ ...named("w"), op: "WaitForEvent", name: "t/w", opts });
  },
};

test("a thousand waits and events at once, on two nodes: none that should have met is unmatched", {
  timeout: 180_000,
}, async () => {
  const schema = database.freshSchema();
  const [first, second] = [await database.open({ schema }), await database.open({ schema })];
  await first.migrate();
  const { store, sent, by } = sendingWhenOpening(first);
  const { send } = await open({ store, queueWorkers: AT_ONCE, functions: [fn("waits")], app });
  by(await open({ store: second, ...noCalls }));

  const held = await holdUpWaits(schema, () => sent.size, 15);
  for (let n = 0; n < PAIRS; n += AT_ONCE) {
    await Promise.all(Array.from({ length: AT_ONCE }, (_, at) => send("waits", { n: n + at })));
    await until(
      "the events of this part",
      async () => {
        await first.read.readyPools();
        return sent.size >= n + AT_ONCE;
      },
      LONG_MS,
    );
  }
  await Promise.all(sent.values());
  await held.release();
  await nothingIsLeft(schema);
  const unmatched = () =>
    database.query(
      `select w.seq::int as wait, e.seq::int as event from ${schema}.waits w
        join ${schema}.runs r on r.id = w.run_id
        join ${schema}.payloads started on started.owner = r.event_id and started.name = 'event'
        join ${schema}.payloads sent on sent.name = 'event' and sent.value = started.value
        join ${schema}.events e on e.id = sent.owner and e.name = 't/w'`,
    );
  // The last looks are still being taken: they leave no row until they have found something.
  let still = await unmatched();
  const missed = () => still.filter(({ wait, event }) => Number(event) > Number(wait));
  await until("the last looks", async () => {
    still = await unmatched();
    return missed().length === 0;
  }).catch(() => {});
  await nothingIsLeft(schema);
  const met = PAIRS - still.length;
  console.log(`second look: ${met} met, ${still.length} came before their wait, ${missed().length} missed`);
  expect(missed()).toEqual([]);
  expect(met).toBeGreaterThan(PAIRS / 2);
  expect(
    await database.query(`select count(*)::int as runs from ${schema}.runs where status = 'completed'`),
  ).toEqual([{ runs: met }]);
});

test("a look that a crash has cut off is taken at the next start", async () => {
  const schema = database.freshSchema();
  const [first, second] = [await database.open({ schema }), await database.open({ schema })];
  await first.migrate();
  const { store, sent, by } = sendingWhenOpening(first);
  // It dies before it looks: here it does not know that it has to.
  const { overlaps: _, ...forgetful } = store;
  const crashing = await open({ store: forgetful, functions: [fn("waits")], app });
  by(await open({ store: second, ...noCalls }));
  const held = await holdUpWaits(schema, () => sent.size, Number.POSITIVE_INFINITY);
  const eventId = await crashing.send("waits", { n: 1 });
  await until("the event", async () => (await first.read.readyPools()) && sent.size === 1);
  await until("the event's look", async () => {
    const [row] = await database.query(
      `select (select count(*)::int from ${schema}.events where name = 't/w') as events,
        (select count(*)::int from ${schema}.wakes where job like '%"route"%') as unrouted`,
    );
    return row?.["events"] === 1 && row["unrouted"] === 0;
  });
  await held.release();
  await nothingIsLeft(schema);
  const [run] = await first.read.eventRuns(eventId);
  expect(run?.status).toBe("running");
  await stopEngines();

  const next = await open({ store: first, functions: [fn("waits")], app });
  expect(await ended(next.engine, eventId)).toMatchObject({ status: "completed" });
});

/** A wait has been decided on and is not written yet: the event that it is for comes in at the other node. */
function sendingWhenOpening(store: Store): {
  store: Store;
  sent: Map<number, Promise<string>>;
  by: (node: Opened) => void;
} {
  const sent = new Map<number, Promise<string>>();
  let other: Opened | undefined;
  const sending: Store = {
    ...store,
    commit: (ask, now, decide) =>
      store.commit(ask, now, (seen) => {
        const decision = decide(seen);
        for (const change of decision.write) {
          if (!("insert" in change) || change.insert !== "waits") continue;
          const n = Number(/== (\d+)/.exec(change.row.expression ?? "")?.[1]);
          if (!sent.has(n)) sent.set(n, other?.send("t/w", { n }) ?? Promise.reject(new Error("no node")));
        }
        return decision;
      }),
  };
  const by = (node: Opened): void => {
    other = node;
  };
  return { store: sending, sent, by };
}

function nothingIsLeft(schema: string): Promise<void> {
  return until(
    "nothing is left to do",
    async () => {
      const [left] = await database.query(
        `select (select count(*)::int from ${schema}.wakes where job not like '%"timeout"%') as wakes,
        (select count(*)::int from ${schema}.leases where not freed) as leases`,
      );
      return left?.["wakes"] === 0 && left["leases"] === 0;
    },
    LONG_MS,
  );
}

/**
 * Waits have their numbers and cannot be written for a while, again and again, until the events that were sent
 * meanwhile have been looked at: what a busy disk does now and then, here it is done to all of them.
 * @param patience in questions to the database, if the events are not through before
 * @returns once it has begun
 */
async function holdUpWaits(
  schema: string,
  sent: () => number,
  patience: number,
): Promise<{ release(): Promise<void> }> {
  let released = false;
  const begin = async (): Promise<void> => {
    await database.query("begin");
    await database.query(`lock table ${schema}.waits in share mode`);
  };
  const isThrough = async (before: number): Promise<boolean> => {
    const [row] = await database.query(
      `select (select count(*)::int from ${schema}.events where name = 't/w') as events,
        (select count(*)::int from ${schema}.wakes where job like '%"route"%') as unrouted`,
    );
    return sent() > before && row?.["events"] === sent() && row["unrouted"] === 0;
  };
  const hold = async (): Promise<void> => {
    for (;;) {
      const before = sent();
      for (let asked = 0; asked < patience; asked += 1) if (released || (await isThrough(before))) break;
      await database.query("commit");
      if (released) return;
      await begin();
    }
  };
  await begin();
  const holding = hold();
  return {
    release() {
      released = true;
      return holding;
    },
  };
}
