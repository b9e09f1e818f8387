/** Everything that the trace of a run is made from, read and put together. */
import type { Trace } from "@stepwell/api";
import type { EventId, HistoryRow, Json, RunId, StepHash } from "@stepwell/core";
import type { Reads } from "@stepwell/store";
import { traceOf } from "./render/trace.ts";

/** The trace of a run; null: there is no such run. `withOutput`: inputs and outputs, too. */
export async function readTrace(read: Reads, id: RunId, withOutput: boolean): Promise<Trace | null> {
  const [found, history] = await Promise.all([read.callContext(id), read.history(id)]);
  if (found === null) return null;
  const invoked = await readInvoked(read, history);
  if (!withOutput) return traceOf(found, history, null, invoked);
  const steps = [...found.steps.map(({ row }) => row.id), ...Object.keys(found.state?.open ?? {})];
  const [output, inputs] = await Promise.all([read.output(id), readInputs(read, id, steps)]);
  return traceOf(found, history, { output, inputs }, invoked);
}

/** The children of invokes that have not returned yet, by the event that starts them (TR-6). */
async function readInvoked(read: Reads, history: readonly HistoryRow[]): Promise<Map<EventId, RunId>> {
  const invoked = new Map<EventId, RunId>();
  const returned = new Set(history.filter(({ kind }) => kind === "step.returned").map(({ step }) => step));
  for (const { kind, step, data } of history) {
    const { eventId, functionId } = data;
    if (kind !== "step.invoking" || typeof eventId !== "string" || returned.has(step)) continue;
    const runs = await read.eventRuns(eventId);
    const child = runs.find((run) => run.functionId === functionId) ?? runs[0];
    if (child !== undefined) invoked.set(eventId, child.id);
  }
  return invoked;
}

async function readInputs(read: Reads, id: RunId, steps: readonly StepHash[]): Promise<Map<StepHash, Json>> {
  const inputs = new Map<StepHash, Json>();
  for (const step of steps) {
    const input = await read.payload(id, `input:${step}`);
    if (input !== null) inputs.set(step, input);
  }
  return inputs;
}
