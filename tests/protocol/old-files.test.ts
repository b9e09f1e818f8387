/** A file written by each release opens in this one, and its live runs go on to their end (ADR 0011). */
import { copyFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { fixtureFunctions } from "../fixtures/functions.ts";
import { openWorld, type RunView, until } from "./world.ts";

const folder = join(import.meta.dirname, "../fixtures");
const files = readdirSync(folder).filter((name) => name.endsWith(".db"));

describe("files of earlier releases", () => {
  test("there is at least one", () => {
    expect(files.length).toBeGreaterThan(0);
  });

  test.each(files)("%s opens, and its live runs complete", async (name) => {
    const world = await openWorld({
      functions: fixtureFunctions,
      prepare: (dir) => copyFileSync(join(folder, name), join(dir, "main.db")),
    });
    try {
      await world.sync();
      const { data: before } = await world.json<{ data: { id: string; status: string }[] }>("/v2/runs");
      expect(before.map((run) => run.status)).toEqual(["RUNNING", "RUNNING"]);
      const ended: RunView[] = [];
      world.advance(2 * 86_400_000);
      for (const { id } of before) ended.push(await world.ended(id));
      expect(ended.map((run) => run.status)).toEqual(["Completed", "Completed"]);
      expect(ended.map((run) => run.output)).toContainEqual({ before: "kept", after: "new" });
      const steps = world.app.calls("app-sleeper").map((call) => call.answer ?? "");
      expect(steps.some((answer) => answer.includes('"kept"') && answer.includes("StepRun"))).toBe(false);
      // To just after the next midnight: a tick that is more than a minute late is missed on purpose.
      world.advance(86_400_000 - (world.clock.now() % 86_400_000) + 1000);
      await until("the schedule of the file ticks", () => world.app.calls("app-daily").length > 0);
    } finally {
      await world.close();
    }
  });
});
