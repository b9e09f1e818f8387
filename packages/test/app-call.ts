/** One call to the app, and the async context by which everything that its code does is told from the rest. */
import { AsyncLocalStorage } from "node:async_hooks";

/** A call of the engine to a function. */
export interface AppCall {
  runId: string;
  /** Id of the function as its code names it. */
  functionId: string;
  /** The step that is run; null: the function is asked what comes next. */
  step: { hash: string; id: string } | null;
  /** From 0. */
  attempt: number;
  maxAttempts: number;
}

interface Current {
  world: object;
  call: AppCall | null;
}

const storage = new AsyncLocalStorage<Current>();

/** Runs code of the app as part of `call` in `world`. */
export function runInCall<R>(world: object, call: AppCall | null, code: () => R): R {
  return storage.run({ world, call }, code);
}

/** The world and the call that the running code belongs to; null outside of calls. */
export function currentCall(): Current | null {
  return storage.getStore() ?? null;
}
