/**
 * Plays one run of a function for the tests, as a server would: calls it again and again, hands
 * back what its steps returned, and takes no time over sleeps.
 */
import { randomUUID } from "node:crypto";
import { serve } from "inngest/edge";
import { inngest } from "./client.ts";
import { functions } from "./functions.ts";

const handle = serve({ client: inngest, functions });

type Op = { id: string; op: string; displayName: string; data?: unknown; error?: { message: string } };
export type Played = { status: number; output: unknown; steps: string[] };

export async function playRun(
  functionId: string,
  event: { name: string; data: unknown; id?: string },
): Promise<Played> {
  const state: Record<string, unknown> = {};
  const order: string[] = [];
  const steps: string[] = [];
  const runId = randomUUID();
  for (;;) {
    const stack = { stack: order, current: order.length };
    const ctx = { run_id: runId, attempt: 0, max_attempts: 4, stack };
    const body = JSON.stringify({ version: -1, event, events: [event], steps: state, ctx });
    const url = `http://127.0.0.1/api/inngest?fnId=saas-${functionId}&stepId=step`;
    const response = await handle(new Request(url, { method: "POST", body, headers: { host: "127.0.0.1" } }));
    const answer: unknown = await response.json();
    if (response.status !== 206) return { status: response.status, output: answer, steps };
    for (const op of answer as Op[]) {
      state[op.id] = op.error ? { type: "error", error: op.error } : { type: "data", data: op.data ?? null };
      order.push(op.id);
      steps.push(op.displayName);
    }
  }
}
