/** What one run may use up: steps and bytes of state (semantics §2.5, §13), over HTTP. */
import { describe, expect, test } from "vitest";
import { completed, deployOne, failed, type Handler, rootSpan, start, useWorld } from "./bench.ts";
import { sdk } from "./sdk.ts";
import type { RunView } from "./world.ts";

const ids = (count: number): string[] => Array.from({ length: count }, (_, n) => `s${n + 1}`);
/** As many steps as the event says, each with this result. */
const inARow =
  (result: unknown): Handler =>
  async ({ event, step }) => {
    for (const id of ids(event.data.steps)) await step.run(id, () => result);
    return "end";
  };
const sideBySide =
  (result: unknown): Handler =>
  async ({ event, step }) => {
    await Promise.all(ids(event.data.steps).map((id) => step.run(id, () => result)));
    return "end";
  };
const startOf = (name: string, steps: number): Promise<RunView> => start({ name, data: { steps } });
const stepsOf = async (run: RunView): Promise<string[]> =>
  (await rootSpan(run)).children.filter(({ stepId }) => stepId !== null).map(({ name }) => name);

describe("under a limit of three steps", () => {
  useWorld({ server: { maxSteps: 3 } });

  test("R-13: a run of ten steps fails, and one that stays below the limit completes", async () => {
    await deployOne("r13", {}, inARow(1));
    await completed(await startOf("r13", 2), "end");
    const run = await startOf("r13", 10);
    await failed(run, { name: "InngestErrFunctionOverflowed", message: expect.stringContaining("3 steps") });
    expect((await stepsOf(run)).slice(0, 3)).toEqual(ids(3));
  });
});

describe("under the limits that every server has", () => {
  useWorld();

  test("ST-23: a run whose state is over 32 MiB fails", async () => {
    // Below 4 MiB, the limit of one result. Eight of them fit, nine do not.
    const result = "x".repeat(3.9 * 1024 * 1024);
    // Without checkpoints a row of them would cost nine calls that fetch all results before them.
    await deployOne("st23", { optimizeParallelism: true }, (sdk.checkpoints ? inARow : sideBySide)(result));
    const run = await startOf("st23", 9);
    await failed(run, { name: "InngestErrStateOverflowed" });
    expect((await stepsOf(run)).length).toBeGreaterThanOrEqual(8);
  });
});
