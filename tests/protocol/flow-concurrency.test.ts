/** Two limits at once, limits that functions share, and limits on whole runs (semantics §6.2). */
import { expect, test } from "vitest";
import type { AppRequest } from "./app.ts";
import { bodyOf, deployAll, deployOne, type Options, passed, waitsWith, world } from "./bench.ts";
import {
  inFlight,
  refusal,
  restart,
  runsOfEvents,
  startedAfter,
  useStillWorld,
  watched,
} from "./still-world.ts";
import { until } from "./world.ts";

useStillWorld();

const idOf = (call: AppRequest): string => bodyOf(call).event.data.id;
const slugOf = (call: AppRequest): string => new URL(call.url, world.app.url).searchParams.get("fnId") ?? "";
const most = (seen: unknown[][]): number => Math.max(...seen.map((calls) => calls.length));

/** Step bodies that end when the test says so. */
function gated(): { open: { id: string; release: () => void }[]; body: (id: string) => Promise<string> } {
  const open: { id: string; release: () => void }[] = [];
  const body = (id: string): Promise<string> =>
    new Promise((resolve) => open.push({ id, release: () => resolve(id) }));
  return { open, body };
}
const named = (name: string, ...ids: string[]) => ids.map((id) => ({ name, data: { id } }));

async function allEnd(ids: string[]): Promise<void> {
  for (const { run_id } of await runsOfEvents(ids))
    expect((await world.ended(run_id)).status).toBe("Completed");
}

test("C-4: of two limits both must have room: never two of one id, and never more than two at once", async () => {
  const { open, body } = gated();
  const concurrency: Options["concurrency"] = [{ limit: 1, key: "event.data.id" }, { limit: 2 }];
  await deployOne("c4", { concurrency }, ({ event, step }) => step.run("work", () => body(event.data.id)));
  const seen = watched(idOf, "app-c4");
  const sent = await world.send(named("c4", "a", "b", "c", "a", "b", "c"));
  for (let i = 0; i < 6; i += 1) {
    const work = await until(`body ${i}`, () => open[i]);
    await passed();
    if (i === 0) expect(inFlight("app-c4")).toHaveLength(2);
    work.release();
  }
  await allEnd(sent);
  for (const ids of seen) expect(new Set(ids).size).toBe(ids.length);
  expect(most(seen)).toBe(2);
});

test.each(["env", "account"] as const)(
  "C-5: two functions that share a limit (%s) never have two requests at once",
  async (scope) => {
    const { open, body } = gated();
    const [one, two] = [`c5-${scope}-one`, `c5-${scope}-two`];
    const options: Options = { concurrency: { limit: 1, scope, key: "'global'" } };
    const handler = ({ event, step }: any) => step.run("work", () => body(event.data.id));
    await deployAll({ id: one, options, handler }, { id: two, options, handler });
    const seen = watched(slugOf, `app-${one}`, `app-${two}`);
    const sent = await world.send([...named(one, "a", "b"), ...named(two, "c", "d")]);
    for (let i = 0; i < 4; i += 1) {
      const work = await until(`body ${i}`, () => open[i]);
      await passed();
      expect(open).toHaveLength(i + 1);
      work.release();
    }
    await allEnd(sent);
    expect(most(seen)).toBe(1);
    expect(new Set(seen.flat()).size).toBe(2);
  },
);

test("each function applies its own number to a counter that it shares, and values of a key are apart", async () => {
  const { open, body } = gated();
  const shared = (limit: number): Options => ({
    concurrency: { limit, scope: "env", key: "event.data.org" },
  });
  const handler = ({ event, step }: any) => step.run("work", () => body(event.data.id));
  await deployAll(
    { id: "strict", options: shared(1), handler },
    { id: "loose", options: shared(3), handler },
  );
  const send = (name: string, id: string, org = "o") => world.send({ name, data: { id, org } });
  const opened = (id: string) => until(`${id} works`, () => open.find((one) => one.id === id));
  const sent = await send("loose", "l1");
  await opened("l1");
  sent.push(...(await send("strict", "s1")), ...(await send("strict", "s2", "other")));
  await opened("s2");
  sent.push(...(await send("loose", "l2")));
  await opened("l2");
  await passed();
  expect(open.map(({ id }) => id).sort()).toEqual(["l1", "l2", "s2"]);
  for (const { release } of open.splice(0)) release();
  (await opened("s1")).release();
  await allEnd(sent);
});

test("C-6: with limit 2, of three parallel steps of one run at most two are requested at once", async () => {
  const { open, body } = gated();
  await deployOne("c6", { concurrency: 2 }, ({ step }) =>
    Promise.all(["a", "b", "c"].map((id) => step.run(id, () => body(id)))),
  );
  const seen = watched(slugOf, "app-c6");
  const sent = await world.send({ name: "c6" });
  await until("two work", () => open.length === 2);
  await passed();
  expect(open).toHaveLength(2);
  open.shift()?.release();
  await until("the third works", () => open.length === 2);
  for (const { release } of open) release();
  await allEnd(sent);
  expect(most(seen)).toBe(2);
});

test("C-7: with a limit on runs the second one does not start before the first has ended", async () => {
  await deployOne("c7", { concurrency: { fn: [{ limit: 1 }] } as never }, async ({ step }) => {
    await step.sleep("nap", "5s");
    return step.run("work", () => "worked");
  });
  const since = world.clock.now();
  const [first, second] = await runsOfEvents(await world.send(named("c7", "a", "b")));
  if (first === undefined || second === undefined) throw new Error("two runs were started");
  await until("one of them sleeps", () => startedAfter("app-c7", since).length === 1);
  const status = async () =>
    (await Promise.all([world.run(first.run_id), world.run(second.run_id)])).map((run) => run.status).sort();
  await waitsWith(await sleeping(first, second), "SLEEP");
  await passed();
  expect(await status()).toEqual(["Queued", "Running"]);
  world.advance(4999);
  await passed();
  expect(await status()).toEqual(["Queued", "Running"]);
  world.advance(1);
  await until("the second begins", async () => (await status()).join() === "Completed,Running");
  await passed();
  world.advance(5000);
  for (const { run_id } of [first, second]) expect((await world.ended(run_id)).status).toBe("Completed");
  expect(startedAfter("app-c7", since)).toEqual([0, 5000]);
});

async function sleeping<T extends { run_id: string }>(...runs: T[]): Promise<T> {
  return until("one has begun", async () => {
    for (const run of runs) if ((await world.run(run.run_id)).status === "Running") return run;
    return null;
  });
}

test("a limit on runs is given back when a run fails or is cancelled, and holds over a restart", async () => {
  const options = { concurrency: { fn: [{ limit: 1, key: "event.data.id" }] }, retries: 0 };
  await deployOne("run-limit", options as never, async ({ event, step }) => {
    await step.sleep("nap", "1h");
    if (event.data.breaks) throw new Error("broke");
  });
  const since = world.clock.now();
  const send = async (data: object) => (await world.send({ name: "run-limit", data }))[0] ?? "";
  const breaks = await world.runOf(await send({ id: 1, breaks: true }));
  await waitsWith(breaks, "SLEEP");
  const cancelled = await world.runOf(await send({ id: 1 }));
  const other = await world.runOf(await send({ id: 2 }));
  await waitsWith(other, "SLEEP");
  await restart(1000);
  await passed();
  expect((await world.run(cancelled.run_id)).status).toBe("Queued");
  world.advance(3_600_000 - 1000);
  expect((await world.ended(breaks.run_id)).status).toBe("Failed");
  await waitsWith(cancelled, "SLEEP");
  const last = await world.runOf(await send({ id: 1 }));
  await passed();
  expect((await world.run(last.run_id)).status).toBe("Queued");
  await world.fetch(`/v1/runs/${cancelled.run_id}`, { method: "DELETE" });
  await waitsWith(last, "SLEEP");
  expect(startedAfter("app-run-limit", since)).toEqual([0, 0, 3_600_000, 3_600_000]);
});

test("C-8: three limits, and a shared limit without key, are refused when the app syncs", async () => {
  const three = [{ limit: 1 }, { limit: 2, key: "event.data.a" }, { limit: 3, key: "event.data.b" }];
  expect(await refusal("c8", { concurrency: three })).toContain(
    'Function "app-c8": concurrency has 3 limits; at most 2 are allowed. Remove some.',
  );
  for (const scope of ["env", "account"])
    expect(await refusal("c8", { concurrency: { limit: 1, scope } })).toContain(
      `Function "app-c8": concurrency with scope "${scope}" needs a \`key\`.`,
    );
  expect(await refusal("c8", { concurrency: { fn: [{ limit: 1 }, { limit: 2 }] } })).toContain(
    "concurrency.fn has 2 limits; at most 1 are allowed",
  );
});

test("of runs that were queued in the same millisecond the older one ends before the next begins", async () => {
  const order: string[] = [];
  await deployOne("l9", { concurrency: 1 }, async ({ event, step }) => {
    for (const n of [1, 2, 3]) await step.run(`step-${n}`, () => order.push(`${event.data.id}${n}`));
  });
  await allEnd(await world.send(named("l9", "a", "b", "c")));
  const runs = [...new Set(order.map((step) => step.slice(0, 1)))];
  expect(order).toEqual(runs.flatMap((run) => [1, 2, 3].map((n) => `${run}${n}`)));
  // Where commits overlap, the second of three events may be admitted first (semantics §1.7: best effort).
  const hasOneWriter = world.data.postgresUri === undefined;
  expect(hasOneWriter ? runs : runs.toSorted()).toEqual(["a", "b", "c"]);
});
