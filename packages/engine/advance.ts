/**
 * Moves the clock of a dev server from one due wake to the next, up to a target. Nothing is skipped: the
 * clock is moved nowhere else until the engine is idle where something was due, so ticks and sleeps
 * happen in order, each at its own time. Real time goes on meanwhile; a slow call only makes it later.
 */
import { type DurationMs, StepwellError } from "@stepwell/core";
import type { Reads } from "@stepwell/store";
import type { AdvanceOptions, AdvanceResult, MovableClock } from "./engine-port.ts";
import type { Pump } from "./pump.ts";

/** How often it is looked at whether the engine is idle: a call on loopback takes a few milliseconds. */
const LOOK_MS = 1;
/** Where something takes longer, it is looked at less often, and said. */
const LONG_MS = 1000;
const LOOK_WHEN_LONG_MS = 25;

export interface AdvanceParts {
  clock: MovableClock;
  read: Pick<Reads, "nextDue" | "dueWakes" | "readyPools">;
  pump: Pick<Pump, "isIdle" | "callsInFlight" | "wakesFired">;
}
export interface Advance {
  /** @throws StepwellError `clock_busy` when another one is under way, `clock_stopped` when it ends early */
  advance(ms: DurationMs, options?: AdvanceOptions): Promise<AdvanceResult>;
  /** Ends the one under way at the instant it has reached, for good. */
  stop(): void;
}

/** Makes the one thing of an engine that moves its clock. */
export function createAdvance(parts: AdvanceParts): Advance {
  const { clock, pump } = parts;
  let busy = false;
  let closed = false;

  async function run(ms: DurationMs, options: AdvanceOptions): Promise<AdvanceResult> {
    // Only what the clock is moved by counts: a sleep that a call of two seconds starts is over in time.
    let leftMs = ms;
    const before = pump.wakesFired();
    const state = (): AdvanceResult => ({
      now: clock.now(),
      offsetMs: clock.movedMs(),
      fired: pump.wakesFired() - before,
    });
    const check = (): void => {
      if (closed || options.signal?.aborted) throw stoppedShort(clock.now(), leftMs);
    };
    const tell = (waitingFor: string | null): void =>
      options.tell?.({ ...state(), target: clock.now() + leftMs, waitingFor });
    for (;;) {
      await untilIdle(parts, check, tell);
      if (leftMs <= 0) return state();
      tell(null);
      const next = await parts.read.nextDue();
      check();
      const jumpMs = next === null ? leftMs : Math.min(Math.max(0, next - clock.now()), leftMs);
      leftMs -= jumpMs;
      if (jumpMs > 0) await clock.moveBy(jumpMs);
    }
  }

  return {
    async advance(ms, options = {}) {
      if (busy) throw new StepwellError("clock_busy");
      busy = true;
      try {
        return await run(ms, options);
      } finally {
        busy = false;
      }
    },
    stop() {
      closed = true;
    },
  };
}

/** Resolves at an instant at which nothing is in flight, nothing can be claimed and nothing is due. */
async function untilIdle(
  { clock, read, pump }: AdvanceParts,
  check: () => void,
  tell: (waitingFor: string) => void,
): Promise<void> {
  // The clock is not moved meanwhile, so it measures real time.
  const since = clock.now();
  for (;;) {
    check();
    if (await isIdle()) return;
    const waitedMs = clock.now() - since;
    if (waitedMs >= LONG_MS) tell(reason(pump.callsInFlight(), waitedMs));
    await new Promise<void>((resolve) => {
      clock.at(clock.now() + (waitedMs < LONG_MS ? LOOK_MS : LOOK_WHEN_LONG_MS), resolve);
    });
  }

  /** The pump is asked again after the reads: what it took up meanwhile is not in them any more. */
  async function isIdle(): Promise<boolean> {
    if (!pump.isIdle()) return false;
    const [due, pools] = await Promise.all([read.dueWakes(clock.now(), 1), read.readyPools()]);
    return due.length === 0 && pools.length === 0 && pump.isIdle();
  }
}

function reason(calls: number, waitedMs: number): string {
  const seconds = Math.floor(waitedMs / 1000);
  if (calls === 0) return `work that is due (${seconds} s so far); if it stays, see the server's log`;
  return `${calls} ${calls === 1 ? "call" : "calls"} in flight (${seconds} s so far)`;
}

function stoppedShort(now: number, leftMs: number): StepwellError {
  const [at, target] = [now, now + leftMs].map((time) => new Date(time).toISOString());
  return new StepwellError(
    "clock_stopped",
    `The clock stopped at ${at}, before its target ${target}. Advance again to go on.`,
  );
}
