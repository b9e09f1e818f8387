/** What is wrong with the functions, from what their code did each time it ran. */
import type { Effect, Execution } from "./effects.ts";

/** One thing that is wrong; `describeFinding` tells it with its cure. */
export interface Finding {
  /**
   * - `step`: code of a step did again what must be done once
   * - `outside`: code outside of steps did
   * - `result`: a run ends with something else when its steps run in calls of their own
   * - `failed`: a run failed that does not fail in calm; `unfinished`: one did not end that does
   * - `check`: the test's own `check` threw
   */
  kind: "step" | "outside" | "result" | "failed" | "unfinished" | "check";
  /** Id of the function; null for `check`. */
  functionId: string | null;
  stepId: string | null;
  /** How often the code ran in that run. */
  times: number;
  /** What it did more than once, or what went wrong. */
  effects: string[];
  /** What had been done to it; null: nothing, it happens by itself. */
  fault: string | null;
  /** Replays it; null: it happens without faults, in each world. */
  seed: number | null;
}

/** A step whose code ran more than once in a run, dangerous or not. */
export interface Repeated {
  functionId: string;
  stepId: string | null;
  times: number;
  /** All that it did, each time. */
  effects: string[];
}

/** The same code of the same run: a step, or what is outside of steps. */
export function unitsOf(executions: readonly Execution[]): Execution[][] {
  const units = new Map<string, Execution[]>();
  for (const execution of executions) {
    const name = JSON.stringify([execution.runId, execution.stepId]);
    units.set(name, [...(units.get(name) ?? []), execution]);
  }
  return [...units.values()];
}

/** The effects that a unit has repeated in a way that the receiver cannot know. */
export function unsafeEffects(
  unit: readonly Execution[],
): { effects: string[]; fault: string | null } | null {
  const names = new Set(unit.flatMap(({ effects }) => effects.map(({ what }) => what)));
  const unsafe = [...names].flatMap((what) => {
    const times = unit
      .map(({ effects, fault }) => ({ effects: effects.filter((effect) => effect.what === what), fault }))
      .filter(({ effects }) => effects.length > 0);
    return times.length > 1 && !isRepeat(times.map(({ effects }) => effects)) ? [{ what, times }] : [];
  });
  if (unsafe.length === 0) return null;
  const faults = unit.flatMap(({ fault }) => (fault === null ? [] : [fault]));
  return {
    effects: unsafe.map(({ what, times }) => {
      const details = times
        .flatMap(({ effects }) => effects.map(({ detail }) => detail))
        .filter((text) => text !== "");
      return details.length === 0 ? `${what}, ${times.length} times` : `${what}: ${details.join(", then ")}`;
    }),
    fault: faults[0] ?? null,
  };
}

/** True when each later time shows the keys of the first, so that the receiver can drop it. */
function isRepeat(times: readonly (readonly Effect[])[]): boolean {
  const keysOf = (effects: readonly Effect[]): (string | null)[] => effects.map(({ key }) => key);
  const first = keysOf(times[0] ?? []);
  return times.every((effects) => {
    const keys = keysOf(effects);
    return !keys.includes(null) && first.every((key) => keys.includes(key));
  });
}

const cures: Record<Finding["kind"], string> = {
  step: "A step may run again after a crash: give what it calls a key that stays the same (of the event, say), look whether it is done, or send events with an id.",
  outside: "Code outside of steps runs again with each call: move it into a step.",
  result:
    "A variable that code of a step changes is as it was before in the next call: return what a step has found, and add it up outside of steps.",
  failed: "Something that ran twice did not work the second time, or the order of things matters.",
  unfinished: "Something that it waits for has come before it waited, or will not come again.",
  check: "What the test checks does not hold when things go wrong.",
};

/** A finding in a few lines, for people. */
export function describeFinding({ kind, functionId, stepId, times, effects, fault, seed }: Finding): string {
  const what: Record<Finding["kind"], string> = {
    step: `step "${stepId}" of "${functionId}" is not safe to repeat: it ran ${times} times`,
    outside: `code outside of steps of "${functionId}" is not safe to repeat: it ran ${times} times`,
    result: `a run of "${functionId}" ends with something else when its steps run in calls of their own`,
    failed: `a run of "${functionId}" fails under faults, and does not without`,
    unfinished: `a run of "${functionId}" does not end under faults, and does without`,
    check: "check fails under faults",
  };
  const why = fault === null ? "" : ` (${fault})`;
  const replay =
    seed === null ? "It happens without any fault." : `To see it again: simulate({ …, seed: ${seed} })`;
  return [
    `${what[kind]}${why}`,
    ...effects.map((effect) => `  ${effect}`),
    `  ${cures[kind]}`,
    `  ${replay}`,
  ].join("\n");
}
