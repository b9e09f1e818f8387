/** The engine put together: receive and sync from outside, the pump inside, one store below. */

import { StepwellError } from "@stepwell/core";
import { createAdvance } from "./advance.ts";
import { checkpoint } from "./checkpoint.ts";
import { isMovable } from "./clock.ts";
import { createContext } from "./context.ts";
import type { Engine, EngineOptions } from "./engine-port.ts";
import { invokeByHand } from "./invoke.ts";
import { setMode } from "./mode.ts";
import { createPump } from "./pump.ts";
import { createReceive } from "./receive.ts";
import { recover, regain } from "./recover.ts";
import { releaseAll } from "./released-lanes.ts";
import { rerun } from "./rerun.ts";
import { runNow } from "./run-now.ts";
import { lookAtStart, withSecondLook } from "./second-look.ts";
import { cancelAlong, cancelRun } from "./settle.ts";
import { signal } from "./signal.ts";
import { sync } from "./sync.ts";
import { keepTrouble, tellingTrouble } from "./sync-trouble.ts";
import { syncUrl } from "./sync-url.ts";
import { eventOutcomes, why } from "./why.ts";

/**
 * Makes an engine over an opened, migrated store. It does nothing until `start`.
 * @returns the engine; `stop` it before the store is closed
 */
export function createEngine(options: EngineOptions): Engine {
  const context = withSecondLook(createContext(options));
  const pump = createPump(context);
  const receive = createReceive(context);
  const { clock, mode } = options;
  let unfollow: () => void = () => {};
  const movable = isMovable(clock) ? clock : null;
  const travel =
    movable === null || mode !== "dev"
      ? null
      : createAdvance({ clock: movable, read: options.store.read, pump });
  return {
    read: options.store.read,
    receive,
    sync: (registration) => sync(context, registration),
    syncUrl: (url) => tellingTrouble(context, { url }, () => syncUrl(context, url)),
    keepSyncTrouble: (name, error) => keepTrouble(context, { name }, error),
    signal: (name, data) => signal(context, name, data),
    checkpoint: (runId, steps) => checkpoint(context, runId, steps),
    setMode: (named, mode) => setMode(context, named, mode),
    async rerun(runId, from) {
      const started = await rerun(context, runId, from);
      if (started === null) throw new Error("invariant: only what goes along calls a rerun off");
      return started;
    },
    rerunAlong: (runId, along) => rerun(context, runId, null, along),
    runNow: (functionId, cron, key) => runNow(context, functionId, cron, key),
    cancelAlong: (runId, cause, along) => cancelAlong(context, runId, cause, along),
    invoke: (named, data, eventId) => invokeByHand(context, named, data, eventId),
    why: (runId) => why(context, runId, { inFlight: pump.workersBusy(), most: options.queueWorkers }),
    outcomes: (eventId) => eventOutcomes(context, eventId),
    async cancel(runId) {
      const outcome = await cancelRun(context, runId, "cancelled by API");
      if (outcome === "cancelled")
        options.log({
          level: "info",
          event: "run.ended",
          message: "run cancelled",
          status: "cancelled",
          runId,
        });
      return outcome;
    },
    async start() {
      if (mode === "start" && (movable?.movedMs() ?? 0) > 0) throw new StepwellError("clock_moved");
      unfollow = options.store.onRegained?.(() => regain(context)) ?? unfollow;
      await context.registry.load(options.store.read);
      const { floor } = await options.store.clock();
      const node = { id: options.node, startedAt: context.now(), aliveUntil: null };
      await context.commit({}, () => ({ write: [{ put: "nodes", row: node }], reply: null }));
      const lost = await recover(context);
      if (lost > 0)
        options.log({
          level: "warn",
          event: "engine.recovered",
          message: `${lost} calls of a stopped process are queued again`,
          calls: lost,
        });
      await releaseAll(context, await options.store.read.functions());
      await lookAtStart(context, floor);
      await pump.start();
    },
    async stop(graceMs) {
      travel?.stop();
      unfollow();
      await pump.stop(graceMs);
      context.leave();
      await options.transport.close();
    },
    health: () => {
      const store = context.storeTrouble();
      return { status: store === null ? "ok" : "degraded", store, callsInFlight: pump.callsInFlight() };
    },
    commit: (ask, decide) => context.commit(ask, decide),
    onChange: (listener) => context.changes.listen(listener),
    at: (at, call) => clock.at(at, call),
    now: () => context.now(),
    clock: () => ({ now: context.now(), offsetMs: movable?.movedMs() ?? 0 }),
    async advance(ms, advancing) {
      if (travel === null)
        throw new StepwellError("not_found", "Only the clock of `stepwell dev` can be moved.");
      return travel.advance(ms, advancing);
    },
    newId: () => options.chance.id(context.now()),
  };
}
