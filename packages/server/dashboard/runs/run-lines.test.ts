import type { RunRow } from "@stepwell/core";
import type { Engine } from "@stepwell/engine";
import { expect, test } from "vitest";
import { runLines } from "./run-lines.ts";

test("of a page of failed runs, the errors of no more than ten are in memory at a time", async () => {
  let inHand = 0;
  let most = 0;
  const read = {
    apps: async () => [],
    functions: async () => [],
    async output() {
      inHand += 1;
      most = Math.max(most, inHand);
      await Promise.resolve();
      inHand -= 1;
      return { type: "error", error: { name: "Error", message: "no\nmore" } };
    },
  };
  const row = { status: "failed", eventIds: [], eventName: "e", cron: null, queuedAt: 1 };
  const rows = Array.from({ length: 25 }, (_, n) => ({
    ...row,
    ...{ id: `r${n}`, functionId: "f", appId: "a", startedAt: 1, endedAt: 2, originalRunId: null },
  })) as unknown as RunRow[];
  const lines = await runLines(rows, { read } as unknown as Engine);
  expect(lines.map(({ error }) => error)).toEqual(Array(25).fill("no"));
  expect(lines.map(({ id }) => id)).toEqual(rows.map(({ id }) => id));
  expect(most).toBeLessThanOrEqual(10);
});
