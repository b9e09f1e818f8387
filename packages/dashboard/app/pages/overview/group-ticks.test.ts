import { expect, test } from "vitest";
import { groupTicks } from "./group-ticks.ts";

const tick = (scheduleId: string, at: string) => ({
  scheduleId,
  at,
  cron: "* * * * *",
  function: { id: scheduleId, name: scheduleId, slug: scheduleId },
});

test("a schedule that fires often is one line with its soonest tick", () => {
  const ticks = [tick("a", "10:00"), tick("b", "10:00"), tick("a", "10:01"), tick("a", "10:02")];
  expect(groupTicks(ticks).map(({ scheduleId, at, more }) => [scheduleId, at, more])).toEqual([
    ["a", "10:00", 2],
    ["b", "10:00", 0],
  ]);
});
