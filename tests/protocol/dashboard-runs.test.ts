/** Runs of a real SDK, as the dashboard's API shows them. */
import type { Answer, RunLine, RunTrace, RunView } from "@stepwell/api/dashboard";
import { apiBase } from "@stepwell/api/dashboard";
import { runsSchemas } from "@stepwell/api/dashboard/schemas";
import { expect, test } from "vitest";
import { deployAll, type Handler, start, useWorld, world } from "./bench.ts";
import { NonRetriableError, referenceFunction, sdk } from "./sdk.ts";

useWorld();

const get = async <T>(path: string): Promise<T> => (await world.json<Answer<T>>(`${apiBase}${path}`)).data;

/** Runs it to its end, once. */
async function ranOnce(id: string, handler: Handler): Promise<{ view: RunView; trace: RunTrace }> {
  await deployAll({ id, options: { retries: 0 }, handler });
  const { run_id: runId } = await start(id);
  await world.ended(runId);
  const [view, trace] = [await get<RunView>(`/runs/${runId}`), await get<RunTrace>(`/runs/${runId}/trace`)];
  expect(runsSchemas.getRun.answer.parse(view)).toEqual(view);
  expect(runsSchemas.getRunTrace.answer.parse(trace)).toEqual(trace);
  return { view, trace };
}

/** The step that the run's failure leads to. */
const failedStep = ({ view, trace }: { view: RunView; trace: RunTrace }): string | null => {
  const { spanId } = view.failure ?? { spanId: null };
  if (spanId === null) return null;
  const span = trace.rootSpan.children.find(({ id }) => id === spanId);
  return span === undefined ? "no such span" : span.stepId;
};

class CardError extends Error {
  override name = "CardError";
}

test("a failure leads to the step that threw", async () => {
  const ran = await ranOnce("dash-throws", async ({ step }) => {
    await step.run("load", () => 1);
    await step.run("pay", () => {
      throw new CardError("declined", { cause: new Error("402") });
    });
  });
  const name = sdk.keepsErrorNames ? "CardError" : "Error";
  expect(ran.view.failure).toMatchObject({ name, message: "declined" });
  expect(ran.view.failure?.stack).toContain("dashboard-runs.test.ts");
  expect(failedStep(ran)).toBe("pay");
  const found = await get<RunLine[]>(
    `/runs?q=${encodeURIComponent(`error.name:${name} function:dash-throws`)}`,
  );
  expect(found).toMatchObject([
    { id: ran.view.id, error: sdk.keepsErrorNames ? "CardError: declined" : "declined" },
  ]);
});

test("of parallel steps it leads to the one that failed", async () => {
  const ran = await ranOnce("dash-parallel", async ({ step }) => {
    await Promise.all([
      step.run("left", () => 1),
      step.run("right", () => {
        throw new NonRetriableError("right is wrong");
      }),
    ]);
  });
  expect(failedStep(ran)).toBe("right");
});

test("an error put in the place of a step's leads to the step all the same", async () => {
  const ran = await ranOnce("dash-wraps", async ({ step }) => {
    try {
      await step.run("pay", () => {
        throw new Error("declined");
      });
    } catch (cause) {
      throw new Error("no order", { cause });
    }
  });
  expect(ran.view.failure).toMatchObject({ message: "no order" });
  expect(failedStep(ran)).toBe("pay");
});

test("code outside of steps leads to none", async () => {
  const ran = await ranOnce("dash-outside", async ({ step }) => {
    try {
      await step.run("pay", () => {
        throw new Error("declined");
      });
    } catch {
      await step.run("refund", () => 1);
    }
    throw new TypeError("x is undefined");
  });
  expect(ran.view.failure).toMatchObject({ name: "TypeError", spanId: null });
});

test("a failing child leads to the invoke, and each knows the other", async () => {
  await deployAll(
    {
      id: "dash-parent",
      options: { retries: 0 },
      handler: async ({ step }) =>
        step.invoke("ask", { function: referenceFunction({ functionId: "dash-child" }), data: { n: 1 } }),
    },
    {
      id: "dash-child",
      options: { retries: 0 },
      handler: () => {
        throw new CardError("child failed");
      },
    },
  );
  const { run_id: runId } = await start("dash-parent");
  await world.ended(runId);
  const view = await get<RunView>(`/runs/${runId}`);
  const trace = await get<RunTrace>(`/runs/${runId}/trace`);
  expect(failedStep({ view, trace })).toBe("ask");
  const [child] = view.children;
  expect(child?.status).toBe("failed");
  expect((await get<RunView>(`/runs/${child?.id}`)).parent?.id).toBe(runId);
});
