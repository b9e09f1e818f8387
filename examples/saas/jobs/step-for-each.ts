/** One step for each of many, in parallel: who fails for good is logged, and stops nobody else. */
import type { GetStepTools } from "inngest";
import { now } from "@/lib/clock.ts";
import { sayFailure } from "@/lib/failure.ts";
import type { inngest } from "@/lib/inngest/client.ts";
import { services } from "@/services/index.ts";
import type { Tally } from "./in-pages.ts";

type Work = {
  step: GetStepTools<typeof inngest>;
  runId: string;
  ids: string[];
  stepId: (id: string) => string;
  /** False: there was nothing to do. */
  act: (id: string) => Promise<boolean>;
};

export async function stepForEach({ step, runId, ids, stepId, act }: Work): Promise<Tally> {
  const ends = await Promise.allSettled(ids.map((id) => step.run(stepId(id), () => act(id))));
  const failures = ids.flatMap((id, index) => {
    const end = ends[index];
    return end?.status === "rejected" ? [{ failed: stepId(id), reason: sayFailure(end.reason) }] : [];
  });
  if (failures.length > 0) {
    await step.run("log-failures", async () => {
      for (const { failed, reason } of failures) {
        const message = `${failed} failed for good: ${reason}`;
        await services().logs.write({ id: `${runId}-${failed}`, level: "error", message, at: now() });
      }
    });
  }
  const done = ends.filter((end) => end.status === "fulfilled" && end.value).length;
  return { done, failed: failures.length };
}
