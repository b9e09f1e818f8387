/** What people and other apps do meanwhile: cancels, reruns, signals, and events that runs wait for. */

import type { FunctionMode, Json } from "@stepwell/core";
import { someData } from "./dice.ts";
import { type Engines, isRefusal } from "./engines.ts";
import type { SimFunction } from "./setup.ts";
import { START, someTime, violated, type World } from "./world.ts";

/** Someone cancels runs by API. */
export function planCancels(world: World, engines: Engines): void {
  const { scheduler, dice, setup, shadow } = world;
  if (!setup.faults.cancel) return;
  for (let n = dice.between(1, 3); n > 0; n -= 1)
    scheduler.later(someTime(world), null, "cancel", () => {
      const runs = [...shadow.rows.runs.values()].filter(
        (run) => run.status === "running" || run.status === "queued",
      );
      const engine = engines.any();
      if (runs.length === 0 || engine === null) return;
      const run = dice.pick(runs);
      world.cancelled.add(run.id);
      scheduler.say(`cancel ${run.id.slice(-5)}`);
      engine.cancel(run.id).then(
        (outcome) => checkCancelled(world, run.id, outcome),
        (error: unknown) => {
          if (!isRefusal(error)) violated(world, [`cancel failed: ${String(error)}`]);
        },
      );
    });
}

function checkCancelled(world: World, runId: string, outcome: string): void {
  const status = world.shadow.rows.runs.get(runId)?.status;
  if (outcome === "cancelled" && status !== "cancelled")
    violated(world, [`run ${runId} was cancelled and is ${status}`]);
  if (outcome === "unknown") violated(world, [`cancel does not know run ${runId}`]);
}

/** Someone pauses or drains functions, and resumes them in the end. */
export function planPauses(world: World, engines: Engines): void {
  const { scheduler, dice, setup, shadow } = world;
  if (!setup.faults.pause) return;
  const set = async (slug: string, mode: FunctionMode): Promise<void> => {
    while (!(await engines.setMode(slug, mode)))
      await new Promise<void>((resolve) => scheduler.later(scheduler.now() + 1000, null, "again", resolve));
    scheduler.say(`${slug} is ${mode}`);
  };
  const wait = (ms: number): Promise<void> =>
    new Promise((resolve) => scheduler.later(scheduler.now() + ms, null, "people think", resolve));
  /** Mostly when there is something to hold. */
  const hasRuns = (id: string): boolean =>
    [...shadow.rows.runs.values()].some((run) => run.functionId === id && run.endedAt === null);
  const visit = async ({ slug, id }: SimFunction): Promise<void> => {
    for (let patience = dice.pick([0, 100, 100]); patience > 0 && !hasRuns(id); patience -= 1)
      await wait(2500);
    if (world.without.includes(slug)) return;
    world.visited.add(slug);
    for (let n = dice.between(1, 2); n > 0; n -= 1) {
      await set(slug, dice.pick(["paused", "paused", "drained"]));
      await wait(dice.pick([0, 1000, 30_000, 300_000]));
    }
    await set(slug, "active");
    world.visited.delete(slug);
  };
  for (const fn of setup.functions.filter(() => dice.chance(0.5)))
    scheduler.later(dice.chance(0.4) ? START + 5000 : someTime(world), null, "pause", () => void visit(fn));
}

/** Ended runs are run again, from the start or from one of their steps. */
export function planReruns(world: World, engines: Engines): void {
  const { scheduler, dice, setup, shadow } = world;
  if (!setup.faults.rerun) return;
  for (let n = dice.between(1, 3); n > 0; n -= 1)
    scheduler.later(someTime(world), null, "rerun", () => {
      const gone = new Set(
        setup.functions.filter((fn) => world.without.includes(fn.slug)).map((fn) => fn.id),
      );
      const runs = [...shadow.rows.runs.values()].filter(
        (run) => run.endedAt !== null && !gone.has(run.functionId),
      );
      const engine = engines.any();
      if (runs.length === 0 || engine === null) return;
      const run = dice.pick(runs);
      const steps = [...shadow.rows.steps.values()].filter((step) => step.runId === run.id);
      const from = steps.length > 0 && dice.chance(0.5) ? { stepId: dice.pick(steps).id } : null;
      scheduler.say(
        `rerun ${run.id.slice(-5)} from ${from === null ? "its start" : from.stepId.slice(0, 5)}`,
      );
      engine.rerun(run.id, from).then(
        ({ runId }) => {
          const made = shadow.rows.runs.get(runId);
          if (made?.originalRunId !== run.id)
            violated(world, [`the rerun ${runId} of ${run.id} is not there`]);
        },
        (error: unknown) => {
          if (!isRefusal(error)) violated(world, [`rerun failed: ${String(error)}`]);
        },
      );
    });
}

/** Signals at any time, and such as answer a wait: at once, a little later, or just when it times out. */
export function planSignals(world: World, engines: Engines): void {
  const { dice } = world;
  for (let n = dice.below(4); n > 0; n -= 1) signalAt(world, engines, someTime(world), dice.pick(["a", "b"]));
}

function signalAt(world: World, engines: Engines, at: number, name: string): void {
  world.scheduler.later(at, null, "signal", () => {
    const engine = engines.any();
    if (engine === null) return;
    // Each carries a number, so that it can be seen where it went.
    const number = world.signals.size;
    world.signals.set(number, name);
    world.scheduler.say(`signal ${name} ${number}`);
    engine.signal(name, number).then(
      (resumed) => checkResumed(world, name, number, resumed?.runId ?? null),
      (error: unknown) => {
        if (!isRefusal(error)) violated(world, [`signal failed: ${String(error)}`]);
      },
    );
  });
}

/** Who is said to go on has got the signal. */
function checkResumed(world: World, name: string, number: number, runId: string | null): void {
  world.scheduler.say(`signal ${name} ${number} resumes ${runId?.slice(-5) ?? "nobody"}`);
  if (runId === null) return;
  const taken = [...world.shadow.rows.payloads.values()].some(({ owner, name: of, value }) => {
    const data = (value as { data?: { signal?: string; data?: number } } | null)?.data;
    return owner === runId && of.startsWith("step:") && data?.signal === name && data.data === number;
  });
  if (!taken)
    violated(world, [`signal ${name} ${number} is said to have resumed run ${runId}, which did not get it`]);
}

/** Events at any time that runs may wait for, or are cancelled by; and such as answer a wait. */
export function planWakingEvents(world: World, engines: Engines): void {
  const { scheduler, dice } = world;
  let count = 0;
  const send = (at: number, name: string, data: { [key: string]: Json }): void => {
    count += 1;
    const externalId = `wake-${count}`;
    scheduler.later(at, null, "waking event", () => void engines.send({ name, externalId, data }));
  };
  for (let n = dice.below(6); n > 0; n -= 1)
    send(someTime(world), dice.chance(0.7) ? "t/wake" : "t/stop", someData(dice));
  world.waitOpened = (wait) => {
    if (!dice.chance(wait.kind === "cancel" ? 0.3 : 0.6)) return;
    const now = scheduler.now();
    const untilMs = Math.max(0, (wait.until ?? now) - now);
    for (let n = dice.pick([1, 1, 2]); n > 0; n -= 1) {
      const at = now + Math.min(dice.pick([0, 1, 700, 60_000, untilMs]), 3_600_000);
      if (wait.kind === "signal") signalAt(world, engines, at, wait.name);
      else send(at, wait.name, { k: keyOfRun(world, wait.runId) });
    }
  };
}

/** Events that come just when what was put off is to begin: a debounce, or a batch that is not full. */
export function planLastEvents(world: World, engines: Engines): void {
  const { scheduler, dice, shadow } = world;
  let left = dice.between(0, 3);
  world.putOff = ({ state }, now) => {
    const { flushAt, eventId, events } = state as { flushAt?: number; eventId?: string; events?: string[] };
    const event = shadow.rows.events.get(eventId ?? events?.[0] ?? "");
    if (flushAt === undefined || event?.name.startsWith("t/") !== true || left <= 0 || !dice.chance(0.5))
      return;
    left -= 1;
    const body = shadow.rows.payloads.get(`${event.id}|event`)?.value as { data?: { [key: string]: Json } };
    const externalId = `last-${left}`;
    const at = scheduler.now() + Math.max(0, flushAt - now - dice.pick([0, 0, 1, 50, 900]));
    scheduler.later(at, null, "last event", () => {
      void engines.send({ name: event.name, externalId, data: body.data ?? {} });
    });
  };
}

function keyOfRun(world: World, runId: string): Json {
  const { runs, payloads } = world.shadow.rows;
  const body = payloads.get(`${runs.get(runId)?.eventId}|event`)?.value as
    | { data?: { k?: Json } }
    | undefined;
  return body?.data?.k ?? null;
}
