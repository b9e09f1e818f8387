/** Rate limit and function idempotency: what is over the limit leaves its event and no run (semantics §5.2, §6.4). */
import { expect, test } from "vitest";
import { completed, deployAll, deployOne, HOUR, type Options, passed, start, world } from "./bench.ts";
import { referenceFunction } from "./sdk.ts";
import { MINUTE, pass, restart, runsOf, sendInOrder, useStillWorld } from "./still-world.ts";

useStillWorld();

/** Sends events with this data, each after the one before has been routed; gives the number of runs in all. */
async function runsAfter(name: string, ...data: object[]): Promise<number> {
  await sendInOrder(data.map((one) => ({ name, data: one })));
  return (await runsOf(`app-${name}`)).length;
}
const limited = (id: string, rateLimit: Options["rateLimit"]) =>
  deployOne(id, { rateLimit } as Options, ({ event }) => event.data);

test("RL-1: one per minute: of two events one runs, and the next one a minute later", async () => {
  await limited("rl1", { limit: 1, period: "1m" });
  expect(await runsAfter("rl1", {}, {})).toBe(1);
  await pass(MINUTE - 1);
  expect(await runsAfter("rl1", {})).toBe(1);
  await pass(1);
  expect(await runsAfter("rl1", {})).toBe(2);
});

test("L-11: a rate-limited event has no run row, and is listed itself", async () => {
  await limited("l11", { limit: 1, period: "1m" });
  const [first = "", second = ""] = await sendInOrder([
    { name: "l11", data: { n: 1 } },
    { name: "l11", data: { n: 2 } },
  ]);
  expect(await world.eventRuns(first)).toHaveLength(1);
  expect(await world.eventRuns(second)).toEqual([]);
  expect(await runsOf("app-l11")).toHaveLength(1);
  const { data } = await world.json("/v1/events?name=l11");
  expect(data.map(({ internal_id }: { internal_id: string }) => internal_id)).toEqual([second, first]);
  expect((await world.json(`/v1/events/${second}`)).data).toMatchObject({ name: "l11", data: { n: 2 } });
});

test("RL-2: two per 10 s: of two events together one runs, and a third one 5 s later", async () => {
  await limited("rl2", { limit: 2, period: "10s" });
  await world.send([{ name: "rl2" }, { name: "rl2" }]);
  await passed();
  expect(await runsOf("app-rl2")).toHaveLength(1);
  await pass(5000);
  expect(await runsAfter("rl2", {})).toBe(2);
  expect(await runsAfter("rl2", {})).toBe(2);
});

test("ten per minute admit two at once, then one each 6 s", async () => {
  await limited("ten", { limit: 10, period: "60s" });
  expect(await runsAfter("ten", {}, {}, {})).toBe(2);
  await pass(6000);
  expect(await runsAfter("ten", {}, {})).toBe(3);
  await pass(HOUR);
  expect(await runsAfter("ten", {}, {}, {})).toBe(5);
});

test("RL-3: with a key, two values and two events of each make two runs", async () => {
  await limited("rl3", { limit: 1, period: "1m", key: "event.data.id" });
  const data = [{ id: "a" }, { id: "b" }, { id: "a" }, { id: "b" }];
  expect(await runsAfter("rl3", ...data)).toBe(2);
  const outputs = (await runsOf("app-rl3")).map(async ({ id }: any) => (await world.ended(id)).output);
  expect(await Promise.all(outputs)).toEqual([{ id: "a" }, { id: "b" }]);
});

test("RL-4: a key whose value is false limits nothing", async () => {
  await limited("rl4", { limit: 1, period: "1m", key: "event.data.test != true && event.data.user" });
  expect(await runsAfter("rl4", { test: true, user: 1 }, { test: true, user: 1 })).toBe(2);
  expect(await runsAfter("rl4", { user: 1 }, { user: 1 })).toBe(3);
});

test("X-15: events without the field that the key names are not limited, those with null are", async () => {
  await limited("x15", { limit: 1, period: "1m", key: "event.data.id" });
  expect(await runsAfter("x15", {}, {})).toBe(2);
  expect(await runsAfter("x15", { id: null }, { id: null })).toBe(3);
});

test("RL-5: a step that invokes a limited function fails at once with an error that says so", async () => {
  await deployAll(
    {
      id: "rl5",
      handler: async ({ step }) => {
        try {
          return await step.invoke("call", { function: referenceFunction({ functionId: "scarce" }) });
        } catch (error) {
          return `caught ${(error as Error).message}`;
        }
      },
    },
    { id: "scarce", options: { rateLimit: { limit: 1, period: "1h" } }, handler: () => "served" },
  );
  await completed(await start("rl5"), "served");
  const refused = await world.ended((await start("rl5")).run_id);
  expect(refused).toMatchObject({
    status: "Completed",
    output: expect.stringMatching(/^caught .*rate limited/),
  });
  expect(await runsOf("app-scarce")).toHaveLength(1);
});

test("I-6: idempotency by cart: two events with cart 1 and one with cart 2 are two runs, for a day", async () => {
  await deployOne("i6", { idempotency: "event.data.cart" }, () => 1);
  expect(await runsAfter("i6", { cart: 1 }, { cart: 1 }, { cart: 2 })).toBe(2);
  await pass(24 * HOUR - 1);
  expect(await runsAfter("i6", { cart: 1 })).toBe(2);
  await pass(1);
  expect(await runsAfter("i6", { cart: 1 })).toBe(3);
});

test("I-7: idempotency takes the place of a rate limit", async () => {
  const options: Options = { idempotency: "event.data.cart", rateLimit: { limit: 5, period: "1m" } };
  await deployOne("i7", options, () => 1);
  const carts = [1, 2, 3, 4, 5, 6, 7].map((cart) => ({ cart }));
  expect(await runsAfter("i7", ...carts)).toBe(7);
  await pass(HOUR);
  expect(await runsAfter("i7", { cart: 1 })).toBe(7);
});

test("what was counted is still counted after a restart", async () => {
  await limited("rl-restart", { limit: 1, period: "1h" });
  expect(await runsAfter("rl-restart", {})).toBe(1);
  await restart(HOUR - 1);
  expect(await runsAfter("rl-restart", {})).toBe(1);
  await restart(1);
  expect(await runsAfter("rl-restart", {})).toBe(2);
});

test("a rerun is neither limited nor counted", async () => {
  await limited("rl-rerun", { limit: 1, period: "1h" });
  await runsAfter("rl-rerun", {});
  const [{ id }] = await runsOf("app-rl-rerun");
  const again = await world.json(`/v2/runs/${id}/rerun`, { method: "POST" });
  expect((await world.ended(again.data.id)).status).toBe("Completed");
  await pass(HOUR);
  expect(await runsAfter("rl-rerun", {})).toBe(3);
});
