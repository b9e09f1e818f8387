/** One step for each of many, in parallel: who fails for good is logged, and stops nobody else. */
import type { GetStepTools } from "inngest";
import { now } from "@/lib/clock.ts";
import type { inngest } from "@/lib/inngest/client.ts";
import { services } from "@/services/index.ts";

type Work = {
  step: GetStepTools<typeof inngest>;
  runId: string;
  ids: string[];
  stepId: (id: string) => string;
  /** False: there was nothing to do. */
  act: (id: string) => Promise<boolean>;
};

/** Returns for how many `act` did something. */
export async function stepForEach({ step, runId, ids, stepId, act }: Work): Promise<number> {
  const ends = await Promise.allSettled(ids.map((id) => step.run(stepId(id), () => act(id))));
  const failures = ids.flatMap((id, index) => {
    const end = ends[index];
    return end?.status === "rejected" ? [{ failed: stepId(id), reason: sayReason(end.reason) }] : [];
  });
  if (failures.length > 0) {
    await step.run("log-failures", async () => {
      for (const { failed, reason } of failures) {
        const message = `${failed} failed for good: ${reason}`;
        await services().logs.write({ id: `${runId}-${failed}`, level: "error", message, at: now() });
      }
    });
  }
  return ends.filter((end) => end.status === "fulfilled" && end.value).length;
}

function sayReason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
