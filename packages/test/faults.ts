/** What goes wrong between engine and app, at most one fault for each step of a run. */
import type { CallFailure, CallResponse } from "@stepwell/engine";
import type { AppCall } from "./app-call.ts";
import type { Recorder } from "./effects.ts";
import { createFates } from "./fates.ts";
import type { Between } from "./open-world.ts";
import type { Inside } from "./parts.ts";

/**
 * - `crash`: the server dies after the code ran and before its result was stored, and starts again
 * - `lost`: the answer of the app is lost
 * - `duplicate`: the call is delivered twice
 * - `slow`: the answer comes a minute to an hour later
 * - `clock`: the clock jumps ahead before the call, over everything that was due
 */
export type FaultName = "crash" | "lost" | "duplicate" | "slow" | "clock";
export const FAULTS: readonly FaultName[] = ["crash", "lost", "duplicate", "slow", "clock"];

/**
 * Puts faults and a recorder between an engine and its app.
 * @param seed what happens comes from it
 * @param faults those that may happen; none: a calm world
 */
export function createFaults(seed: number, faults: readonly FaultName[], recorder: Recorder): Between {
  const fateOf = createFates(seed, faults);
  let last: Promise<unknown> = Promise.resolve();

  /** One execution at a time, so that what changes meanwhile is its doing. */
  function alone<R>(code: () => Promise<R>): Promise<R> {
    const turn = last.then(code);
    last = turn.catch(() => {});
    return turn;
  }

  async function deliver(
    inside: Inside,
    call: AppCall,
    run: () => Promise<CallResponse>,
  ): Promise<CallResponse | CallFailure> {
    const { clock, held } = inside;
    const { fault = null, spanMs = 0 } = fateOf(call) ?? {};
    if (fault === "clock") clock.moveTo(clock.now() + spanMs);
    const { execution, result } = await alone(() => recorder.record(call, run));
    execution.fault = fault === null ? null : told[fault];
    switch (fault) {
      case "crash":
        await inside.house().crash();
        return { failure: "network", message: "the server has died" };
      case "lost":
        return { failure: "network", message: "the answer was lost" };
      case "duplicate":
        await alone(() => recorder.record(call, run));
        return result;
      case "slow":
        await held.back(spanMs);
        return result;
      default:
        return result;
    }
  }

  return {
    open: (inside) => (call, run) => deliver(inside, call, run),
    sends: (call, events) => recorder.sends(call, events),
    plans: true,
  };
}

const told: Record<FaultName, string> = {
  crash: "the server died after it ran and before its result was stored",
  lost: "its answer was lost",
  duplicate: "the call was delivered twice",
  slow: "its answer was slow",
  clock: "the clock jumped ahead",
};
