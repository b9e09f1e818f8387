import { expect, test } from "vitest";
import { createGathering, type Waiting } from "./gather.ts";

const reply = (group: readonly Waiting[]) => ({
  outcomes: group.map((one) => ({ reply: one.decide({} as never).reply })),
  hint: null,
});
const ask = (queue: ReturnType<typeof createGathering>, value: number) =>
  queue.commit({}, value, () => ({ write: [], reply: value }));

test("what waits together goes together, at most so many, first come first served", async () => {
  const groups: number[] = [];
  const queue = createGathering(
    (group) => {
      groups.push(group.length);
      return reply(group);
    },
    { maxGroup: 4 },
  );
  const replies = await Promise.all(Array.from({ length: 10 }, (_, index) => ask(queue, index)));
  expect(replies).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(groups).toEqual([4, 4, 2]);
});

test("a store that answers later has one group at a time; what comes meanwhile gathers", async () => {
  const groups: number[] = [];
  let running = 0;
  const queue = createGathering(async (group) => {
    running += 1;
    expect(running).toBe(1);
    groups.push(group.length);
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
    return reply(group);
  });
  const first = ask(queue, 1);
  await new Promise((resolve) => setImmediate(resolve));
  const rest = [ask(queue, 2), ask(queue, 3)];
  await queue.close();
  expect(await Promise.all([first, ...rest])).toEqual([1, 2, 3]);
  expect(groups).toEqual([1, 2]);
});

test("a group that fails as a whole fails for all in it, and the next one runs", async () => {
  let times = 0;
  const queue = createGathering((group) => {
    times += 1;
    if (times === 1) throw new Error("broken");
    return reply(group);
  });
  const all = await Promise.allSettled([ask(queue, 1), ask(queue, 2)]);
  expect(all.map((one) => one.status)).toEqual(["rejected", "rejected"]);
  expect(await ask(queue, 3)).toBe(3);
});
