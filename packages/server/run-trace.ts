/** Everything that the trace of a run is made from, read and put together. */
import type { Trace } from "@stepwell/api";
import type { EventId, HistoryRow, Json, RunId, RunRow, StepHash } from "@stepwell/core";
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
  const returned = new Set(history.filter(({ kind }) => kind === "step.returned").map(({ step }) => step));
  const open = history.filter(({ kind, step }) => kind === "step.invoking" && !returned.has(step));
  const found = await Promise.all(
    open.map(async (row) => [row.data.eventId, await childOf(row, history, read)] as const),
  );
  return new Map(
    found.flatMap(([eventId, child]) =>
      typeof eventId === "string" && child !== null ? [[eventId, child.id] as const] : [],
    ),
  );
}

/** The run that an invoke has started; null: none yet. The first argument is the row of `history` that tells of the invoke. */
export async function childOf(
  { step, data }: HistoryRow,
  history: readonly HistoryRow[],
  read: Reads,
): Promise<RunRow | null> {
  const returned = history.find((row) => row.kind === "step.returned" && row.step === step);
  const childId = returned?.data.runId;
  if (typeof childId === "string") return read.run(childId);
  if (typeof data.eventId !== "string") return null;
  const runs = await read.eventRuns(data.eventId);
  return runs.find(({ functionId }) => functionId === data.functionId) ?? runs[0] ?? null;
}

async function readInputs(read: Reads, id: RunId, steps: readonly StepHash[]): Promise<Map<StepHash, Json>> {
  const inputs = new Map<StepHash, Json>();
  for (const step of steps) {
    const input = await read.payload(id, `input:${step}`);
    if (input !== null) inputs.set(step, input);
  }
  return inputs;
}
