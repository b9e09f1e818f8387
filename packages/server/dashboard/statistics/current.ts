/**
 * Keeps the statistics up to date: when somebody asks for them, and once a minute beside that. One pass goes on
 * at a time in a process. Whoever asks waits for its first part only: after an upgrade it may have a million
 * runs to count, and those who look meanwhile see what there is.
 */
import type { Instant } from "@stepwell/core";
import type { Engine, LogEntry } from "@stepwell/engine";
import { StoreError } from "@stepwell/store";
import { gather, nextSettledAt, settledUntil } from "./gather.ts";

/** Pages that whoever asks waits for. */
const FIRST_PAGES = 5;

interface Gathering {
  /** All that ended before is counted. */
  doneUntil: Instant;
  /** The pass that goes on: its first part, and all of it; neither ever fails. */
  pass: { first: Promise<void>; whole: Promise<void> } | null;
  /** A bug of ours that ended a pass, to be told to whoever asks next. */
  bug: unknown;
  stopped: boolean;
}
const gatherings = new WeakMap<Engine, Gathering>();

function gatheringOf(engine: Engine): Gathering {
  const known = gatherings.get(engine);
  if (known !== undefined) return known;
  const made: Gathering = { doneUntil: 0, pass: null, bug: null, stopped: false };
  gatherings.set(engine, made);
  return made;
}

/**
 * Counts what has ended since, as far as that goes at once; the rest goes on behind. A store that cannot be
 * written changes nothing: what is there can be read all the same.
 * @returns all that ended before this instant is counted
 * @throws what a bug has thrown
 */
export async function bringUpToDate(engine: Engine): Promise<Instant> {
  const gathering = gatheringOf(engine);
  if (gathering.doneUntil < settledUntil(engine.now()) && !gathering.stopped) {
    gathering.pass ??= begin(engine, gathering);
    await gathering.pass.first;
  }
  const { bug } = gathering;
  gathering.bug = null;
  if (bug !== null) throw bug;
  return gathering.doneUntil;
}

/**
 * Brings the statistics of an engine up to date once a minute of its time.
 * @param log is told of a bug that has ended a pass; the next minute tries again
 * @returns ends that, resolved once nothing of it is under way: the store may be closed then
 */
export function keepStatistics(engine: Engine, log: (entry: LogEntry) => void): () => Promise<void> {
  const gathering = gatheringOf(engine);
  gathering.stopped = false;
  let cancel = (): void => {};
  const round = async (): Promise<void> => {
    // One that was begun earlier counts less far.
    await gathering.pass?.whole;
    const before = gathering.doneUntil;
    if (before < settledUntil(engine.now()) && !gathering.stopped)
      gathering.pass ??= begin(engine, gathering);
    await gathering.pass?.whole;
    if (gathering.stopped) return;
    if (gathering.bug !== null)
      log({ level: "error", event: "statistics.failed", message: String(gathering.bug) });
    gathering.bug = null;
    // After a pass that failed, not before the next minute.
    const until = gathering.doneUntil > before ? gathering.doneUntil : settledUntil(engine.now());
    cancel = engine.at(nextSettledAt(until), () => void round());
  };
  void round();
  return async () => {
    gathering.stopped = true;
    cancel();
    await gathering.pass?.whole;
  };
}

function begin(engine: Engine, gathering: Gathering): NonNullable<Gathering["pass"]> {
  let firstDone = (): void => {};
  const first = new Promise<void>((resolve) => {
    firstDone = resolve;
  });
  const whole = follow(engine, gathering, firstDone);
  return { first, whole };
}

async function follow(engine: Engine, gathering: Gathering, firstDone: () => void): Promise<void> {
  try {
    const pass = gather(engine);
    let pages = 0;
    do {
      const next = await pass.next();
      if (next.done === true) {
        gathering.doneUntil = next.value;
        return;
      }
      pages += 1;
      if (pages === FIRST_PAGES) firstDone();
    } while (!gathering.stopped);
  } catch (error) {
    // The engine has told of a store that refuses; a closed one is no bug either.
    if (!(error instanceof StoreError) && !gathering.stopped) gathering.bug = error;
  } finally {
    gathering.pass = null;
    firstDone();
  }
}
