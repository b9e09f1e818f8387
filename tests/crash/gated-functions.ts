/**
 * Functions of the crash tests of flow control: one for each rule, all with the same body. It says which
 * events it got, works, sleeps if it is told to, and works again. An event's name is `gated/` and the function's id.
 */
import type { Inngest } from "inngest";
import type { AppLine } from "./app-process.ts";

/** What an event of these functions carries; what is left out is 0 or not there. */
export interface GatedData {
  n: number;
  /** For limits that have a key. */
  key?: string;
  workMs?: number;
  sleepMs?: number;
  priority?: number;
}

type Options = Omit<Parameters<Inngest["createFunction"]>[0], "id" | "triggers">;

const key = "event.data.key";

/** Periods for what must not be over when a server that died is back: the first that the machine is quick enough for. */
export const PATIENCE_SECONDS: readonly number[] = [5, 20, 60];

const patient = PATIENCE_SECONDS.flatMap((seconds): [string, Options][] => [
  [`debounced-${seconds}`, { debounce: { period: `${seconds}s`, key } }],
  [`debounced-at-last-${seconds}`, { debounce: { period: `${seconds}s`, timeout: `${seconds + 1}s`, key } }],
  [`batched-${seconds}`, { batchEvents: { maxSize: 5, timeout: `${seconds}s`, key } }],
]);

const rules: Record<string, Options> = {
  ...Object.fromEntries(patient),
  "debounced-soon": { debounce: { period: "2s", key } },
  "batched-soon": { batchEvents: { maxSize: 5, timeout: "2s", key } },
  throttled: { throttle: { limit: 1, period: "2s", key } },
  // Two at once, then one each six minutes: no restart is so slow that it would let a third one in.
  "limited-hourly": { rateLimit: { limit: 10, period: "1h", key } },
  "limited-often": { rateLimit: { limit: 1, period: "2s" } },
  once: { idempotency: key },
  "two-limits": { concurrency: [{ limit: 1, key }, { limit: 3 }] },
  "shared-one": { concurrency: { limit: 2, scope: "env", key: '"shared"' } },
  "shared-two": { concurrency: { limit: 2, scope: "env", key: '"shared"' } },
  "whole-runs": { concurrency: { fn: [{ limit: 2 }] } } as unknown as Options,
  "in-order": { concurrency: 1, priority: { run: "event.data.priority" } },
  skips: { singleton: { mode: "skip", key } },
  replaces: { singleton: { mode: "cancel", key } },
  paused: {},
  drained: {},
  plain: {},
};

export function gatedFunctions(client: Inngest, write: (line: AppLine) => void): Inngest.Any["funcs"] {
  const gated = Object.entries(rules).map(([id, options]) =>
    client.createFunction(
      { id, retries: 10, triggers: [{ event: `gated/${id}` }], ...options },
      async ({ event, events, step, runId }) => {
        const all = events.map(({ data }) => data as GatedData);
        write({ is: "called", fn: id, runId, data: all, at: Date.now() });
        const { workMs = 0, sleepMs = 0 } = event.data as GatedData;
        const work = () => new Promise((resolve) => setTimeout(resolve, workMs));
        await step.run("one", work);
        if (sleepMs > 0) await step.sleep("nap", sleepMs);
        await step.run("two", work);
        return all;
      },
    ),
  );
  const told = client.createFunction(
    { id: "told", retries: 10, triggers: [{ event: "inngest/function.cancelled" }] },
    ({ event }) => event.data.run_id,
  );
  return [...gated, told];
}
