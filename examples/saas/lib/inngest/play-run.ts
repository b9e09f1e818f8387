/**
 * Plays one run of a function for the tests, as a server would: calls it again and again, hands
 * back what its steps returned, and moves its clock over sleeps instead of taking the time.
 */
import { randomUUID } from "node:crypto";
import { serve } from "inngest/edge";
import { inngest } from "./client.ts";
import { functions } from "./functions.ts";

const handle = serve({ client: inngest, functions });

const DAY_MS = 86_400_000;

type Op = {
  id: string;
  op: string;
  /** Of a sleep: how long, for example "3d". */
  name: string;
  displayName: string;
  data?: unknown;
  error?: { message: string };
};
type Options = {
  /** How far the server's clock has been moved before the run starts. */
  clockOffsetMs?: number;
  /** Told of every step when it is over, with the time that the function's `now()` gives from then on. */
  onStep?: (step: string, now: Date) => void;
};
export type Played = { status: number; output: unknown; steps: string[] };

export async function playRun(
  functionId: string,
  event: { name: string; data: unknown; id?: string },
  { clockOffsetMs = 0, onStep }: Options = {},
): Promise<Played> {
  let offsetMs = clockOffsetMs;
  const state: Record<string, unknown> = {};
  const order: string[] = [];
  const steps: string[] = [];
  const runId = randomUUID();
  for (;;) {
    const stack = { stack: order, current: order.length };
    const ctx = { run_id: runId, attempt: 0, max_attempts: 4, stack };
    const body = JSON.stringify({ version: -1, event, events: [event], steps: state, ctx });
    const url = `http://127.0.0.1/api/inngest?fnId=saas-${functionId}&stepId=step`;
    const headers = { host: "127.0.0.1", "x-stepwell-clock-offset-ms": String(offsetMs) };
    const response = await handle(new Request(url, { method: "POST", body, headers }));
    const answer: unknown = await response.json();
    if (response.status !== 206) return { status: response.status, output: answer, steps };
    for (const op of answer as Op[]) {
      state[op.id] = op.error ? { type: "error", error: op.error } : { type: "data", data: op.data ?? null };
      order.push(op.id);
      steps.push(op.displayName);
      if (op.op === "Sleep") offsetMs += daysOf(op.name) * DAY_MS;
      onStep?.(op.displayName, new Date(Date.now() + offsetMs));
    }
  }
}

function daysOf(duration: string): number {
  const days = /^(\d+)d$/.exec(duration)?.[1];
  if (days === undefined) throw new Error(`playRun knows sleeps of whole days only, not "${duration}"`);
  return Number(days);
}
