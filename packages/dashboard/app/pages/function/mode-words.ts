/** What pausing, draining and resuming a function does (semantics §6.11), told before it is done. */
import type { FunctionLine } from "@stepwell/api/dashboard";

export type FunctionMode = FunctionLine["mode"];

export interface ModeWords {
  /** On the button. */
  verb: string;
  title: string;
  /** One line for each consequence. */
  consequences: readonly string[];
  /** When it is done. */
  done: string;
}

const words: Record<FunctionMode, ModeWords> = {
  paused: {
    verb: "Pause",
    title: "Pause this function?",
    consequences: [
      "Events and ticks that come from now on make a run that is skipped. They are not kept for later: to run them, rerun the skipped runs after resuming.",
      "Runs that have begun stand still: the app is not called for them. They go on where they are when you resume, and no attempt is lost.",
      "A deploy does not end the pause. Only Resume does.",
    ],
    done: "Paused",
  },
  drained: {
    verb: "Drain",
    title: "Drain this function?",
    consequences: [
      "Events and ticks that come from now on make a run that is skipped. They are not kept for later: to run them, rerun the skipped runs after resuming.",
      "Runs that have begun go on and end as usual.",
      "A deploy does not end it. Only Resume does.",
    ],
    done: "Draining",
  },
  active: {
    verb: "Resume",
    title: "Resume this function?",
    consequences: [
      "Runs that stood still go on, and new events and ticks start runs again.",
      "What was skipped meanwhile stays skipped.",
    ],
    done: "Resumed",
  },
};

export function wordsOfMode(mode: FunctionMode): ModeWords {
  return words[mode];
}

/** What can be done to a function that is in a mode. */
export function modesFrom(mode: FunctionMode): FunctionMode[] {
  return (["active", "paused", "drained"] as const).filter((other) => other !== mode);
}
