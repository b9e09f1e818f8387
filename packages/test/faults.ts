/** What goes wrong between engine and app, chosen by dice: at most one fault for each step of a run. */
import type { CallFailure, CallResponse } from "@stepwell/engine";
import type { AppCall } from "./app-call.ts";
import type { Dice } from "./dice.ts";
import type { Recorder } from "./effects.ts";
import type { Between, Inside } from "./open-world.ts";

/**
 * - `crash`: the server dies after the code ran and before its result was stored, and starts again
 * - `lost`: the answer of the app is lost
 * - `duplicate`: the call is delivered twice
 * - `slow`: the answer comes a minute to an hour later
 * - `clock`: the clock jumps ahead before the call, over everything that was due
 */
export type FaultName = "crash" | "lost" | "duplicate" | "slow" | "clock";
export const FAULTS: readonly FaultName[] = ["crash", "lost", "duplicate", "slow", "clock"];

const CHANCE = 0.4;
const SPANS_MS = [60_000, 600_000, 3_600_000];

/** Puts faults and a recorder between an engine and its app. @param faults those that may happen; none: a calm world */
export function createFaults(dice: Dice, faults: readonly FaultName[], recorder: Recorder): Between {
  const struck = new Set<string>();
  const held = new Set<{ until: number }>();
  let last: Promise<unknown> = Promise.resolve();

  /** One execution at a time, so that what changes meanwhile is its doing. */
  function alone<R>(code: () => Promise<R>): Promise<R> {
    const turn = last.then(code);
    last = turn.catch(() => {});
    return turn;
  }

  function choose(call: AppCall): FaultName | null {
    const unit = `${call.runId} ${call.step?.id ?? "outside"}`;
    const possible = faults.filter((fault) => fault !== "lost" || call.attempt + 1 < call.maxAttempts);
    if (possible.length === 0 || struck.has(unit) || dice.roll() >= CHANCE) return null;
    struck.add(unit);
    return possible[dice.below(possible.length)] ?? null;
  }

  async function deliver(
    inside: Inside,
    call: AppCall,
    run: () => Promise<CallResponse>,
  ): Promise<CallResponse | CallFailure> {
    const { clock } = inside;
    const fault = choose(call);
    const spanMs = SPANS_MS[dice.below(SPANS_MS.length)] ?? 0;
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
      case "slow": {
        const answer = { until: clock.now() + spanMs };
        held.add(answer);
        await new Promise<void>((resolve) => clock.at(answer.until, resolve));
        held.delete(answer);
        return result;
      }
      default:
        return result;
    }
  }

  return {
    open: (inside) => (call, run) => deliver(inside, call, run),
    sends: (call, events) => recorder.sends(call, events),
    held: () =>
      held.size === 0 ? null : { count: held.size, until: Math.min(...[...held].map(({ until }) => until)) },
  };
}

const told: Record<FaultName, string> = {
  crash: "the server died after it ran and before its result was stored",
  lost: "its answer was lost",
  duplicate: "the call was delivered twice",
  slow: "its answer was slow",
  clock: "the clock jumped ahead",
};
