/** The run that a step invoked is over: its outcome goes to the step (semantics §7.5). */
import type { ChildEnd, EndStatus, WakeJob, WakeRow } from "@stepwell/core";
import type { Context } from "./context.ts";
import { settleInput } from "./settle.ts";

export async function childEnded(
  context: Context,
  wake: WakeRow,
  job: Extract<WakeJob, { kind: "child-ended" }>,
): Promise<void> {
  const { runId } = wake;
  if (runId === null) return;
  const { read } = context.options.store;
  const { step, childId, eventId } = job;
  const [run, output] = await Promise.all([read.run(childId), read.output(childId)]);
  const status = (run?.status ?? "cancelled") as EndStatus;
  const child: ChildEnd = { runId: childId, eventId, status, output };
  await settleInput(context, runId, { is: "childEnded", wakeId: wake.id, step, child });
}
