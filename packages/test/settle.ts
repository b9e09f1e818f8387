/** Waits until nothing more can happen at the instant where the clock stands. */
import type { Engine } from "@stepwell/engine";
import type { AppCall } from "./app-call.ts";
import type { WatchedStore } from "./watched-store.ts";
import { WorldError } from "./world-error.ts";

export interface SettleParts {
  store: WatchedStore;
  engine: () => Engine;
  inFlight: () => readonly AppCall[];
  /** Requests of the app's own that are being answered. */
  answering: () => number;
  now: () => number;
  /** How long nothing may move, in real time, before it is an error. */
  patienceMs: number;
  /** Answers that are held back until the clock moves. */
  held: () => number;
  /** Moves the clock because answers are held back, and nothing else can happen; null: the test moves it. */
  release: (() => Promise<void>) | null;
  closed: () => boolean;
  /** Rules of which no step has come, for the text of what is wrong. */
  unused: () => readonly string[];
}

// Kept when this module is loaded: a test may put fake timers in their place.
const { setImmediate: soon, setTimeout: later } = globalThis;

/** @throws WorldError when timers are faked: the engine would stand still with them */
export function refuseFakeTimers(): void {
  if (globalThis.setImmediate === soon) return;
  throw new WorldError(
    'Fake timers are on, and they would stop the engine. A world has a clock of its own (world.advance): use real timers, or fake the date only (vi.useFakeTimers({ toFake: ["Date"] })).',
  );
}
const realNow = performance.now.bind(performance);

/** So many turns of the event loop without a commit: then promises have run dry. */
const QUIET_TURNS = 3;
/** Code that takes longer than this waits for something outside: it is looked at less often. */
const BUSY_MS = 20;

/** @throws WorldError when nothing moves for longer than the patience, naming what is in flight */
export async function settle(parts: SettleParts): Promise<void> {
  refuseFakeTimers();
  let since = realNow();
  let commits = -1;
  for (let quiet = 0; quiet < QUIET_TURNS; ) {
    const waited = realNow() - since;
    await turn(waited > BUSY_MS);
    if (parts.closed()) throw closedMeanwhile();
    if (commits !== parts.store.commits()) {
      commits = parts.store.commits();
      since = realNow();
      quiet = 0;
    } else if (isBusy(parts) || !(await isDone(parts))) {
      if (waited > parts.patienceMs) throw stuck(parts, waited);
      quiet = 0;
    } else quiet += 1;
    if (quiet === QUIET_TURNS && parts.held() > 0 && parts.release !== null) {
      await parts.release();
      quiet = 0;
    }
  }
}

function turn(slow: boolean): Promise<void> {
  return new Promise((resolve) => {
    if (slow) later(resolve, 1);
    else soon(resolve);
  });
}

function isBusy({ store, engine, inFlight, answering, held }: SettleParts): boolean {
  const calls = Math.max(inFlight().length, engine().health().callsInFlight);
  return store.pending() > 0 || answering() > 0 || calls > held();
}

async function isDone({ store, now }: SettleParts): Promise<boolean> {
  const [due, pools] = await Promise.all([store.read.dueWakes(now(), 1), store.read.readyPools()]);
  return due.length === 0 && pools.length === 0;
}

function stuck({ inFlight, answering, unused }: SettleParts, waitedMs: number): WorldError {
  const calls = inFlight().map(({ functionId, step }) =>
    step === null ? `function "${functionId}"` : `step "${step.id}" of function "${functionId}"`,
  );
  const what =
    calls.length > 0
      ? `${calls.join(", ")} still ${calls.length === 1 ? "runs" : "run"}`
      : answering() > 0
        ? "a request of the app is not answered yet"
        : "something stays due";
  return new WorldError(
    `The world has not settled after ${Math.round(waitedMs)} ms: ${what}. Code that waits for the network or for real time does not belong in a test: mock the step, or raise createWorld({ patienceMs }).${unusedText(unused())}`,
  );
}

/** Whatever fails because there is no world any more. */
export function closedMeanwhile(): WorldError {
  return new WorldError("The world was closed while it was at work: is an `await` missing in the test?");
}

/** Names rules that may have been mistyped; empty when there are none. */
export function unusedText(unused: readonly string[]): string {
  if (unused.length === 0) return "";
  const names = unused.map((id) => JSON.stringify(id)).join(", ");
  return ` No step has come of ${names}, which the test mocks or fails: is the id right?`;
}
