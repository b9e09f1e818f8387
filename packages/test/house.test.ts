/** An engine that has died writes nothing more, and each crash leaves one that lives. */
import { expect, test } from "vitest";
import { createDice } from "./dice.ts";
import { openHouse } from "./house.ts";
import { createVirtualClock } from "./virtual-clock.ts";

test("a dead engine writes nothing, two crashes at once leave the latest alive", async () => {
  const logged: string[] = [];
  const house = await openHouse({
    clock: createVirtualClock(0),
    dice: createDice(1),
    transport: { send: async () => ({ failure: "network", message: "nobody" }), async close() {} },
    queueWorkers: 1,
    log: ({ event, level }) => level === "error" && logged.push(event),
  });
  const send = (server = house.server()) =>
    server(
      new Request("http://127.0.0.1:8288/e/test", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ name: "a" }),
      }),
    );
  const first = house.server();
  const crashes = [house.crash(), house.crash()];
  await crashes[0];
  const second = house.server();
  await crashes[1];
  expect(new Set([first, second, house.server()]).size).toBe(3);
  const before = await house.store.read.nextDue();
  for (const dead of [first, second]) expect((await send(dead)).status).toBeGreaterThanOrEqual(500);
  expect(await house.store.read.nextDue()).toBe(before);
  expect((await send()).status).toBe(200);
  expect(logged).toEqual([]);
  await house.close();
});
