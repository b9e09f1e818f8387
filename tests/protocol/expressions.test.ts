/** CEL where a function is started by it (semantics §4), over HTTP. What waits do with it: waits.test.ts. */
import { expect, test } from "vitest";
import { deploy, useWorld, world } from "./bench.ts";
import { until } from "./world.ts";

useWorld();

/** Does an event with this data start a function with this `if`? */
async function starts(id: string, expression: string, data: object): Promise<boolean> {
  await deploy((client) => [
    client.createFunction({ id, triggers: [{ event: id, if: expression }] }, () => "started"),
    client.createFunction({ id: "any", triggers: [{ event: id }] }, () => "started"),
  ]);
  const [eventId = ""] = await world.send({ name: id, data });
  // All functions of an event are started in one commit: with the one that always starts, the others are decided.
  const runs = await until("the run of the function without `if`", async () => {
    const found = await world.eventRuns(eventId);
    return found.some((run) => run.function_slug === "app-any") && found;
  });
  return runs.some((run) => run.function_slug === `app-${id}`);
}

const cases: [string, string, object, boolean][] = [
  ["X-1: a missing number is not over 100", "event.data.price > 100", {}, false],
  ["X-2: a missing number is below 100", "event.data.price < 100", {}, true],
  ["X-3: a missing text is not 'a'", "event.data.tag != 'a'", {}, true],
  ["X-4: 1.0 equals 1", "event.data.n == 1", { n: 1.0 }, true],
  ["X-5: a text is no boolean", "event.data.flag", { flag: "yes" }, false],
  ["X-6: a missing side of || leaves the other", "event.data.a || event.data.b == 2", { b: 2 }, true],
  ["X-14: uppercase() of a text", "uppercase(event.data.c) == 'DE'", { c: "de" }, true],
  ["X-16: ! of a missing attribute is false", "!event.data.deleted", {}, false],
  ["X-16: != true of a missing attribute is true", "event.data.deleted != true", {}, true],
];
test.each(cases)("%s: `%s`", async (name, expression, data, expected) => {
  expect(await starts(name.slice(0, 4).toLowerCase(), expression, data)).toBe(expected);
});

test("X-9: a cancelOn with a text function is refused, and the answer names it", async () => {
  const cancelled = world.client.createFunction(
    {
      id: "x9",
      triggers: [{ event: "x9" }],
      cancelOn: [{ event: "stop", if: "async.data.name.startsWith('x')" }],
    },
    () => 1,
  );
  world.app.deploy([cancelled]);
  const response = await fetch(world.app.url, { method: "PUT" });
  expect(response.status).toBe(400);
  const text = await response.text();
  expect(text).toContain("startsWith()");
  expect(text).toContain("app-x9");
});

test("a pattern that would take for ever does not hold the server", async () => {
  const text = `${"a".repeat(40_000)}!`;
  expect(await starts("pattern", "event.data.text.matches('^(a+)+$')", { text })).toBe(false);
});
