/** The engine put together: receive and sync from outside, the pump inside, one store below. */

import { createContext } from "./context.ts";
import type { Engine, EngineOptions } from "./engine-port.ts";
import { createPump } from "./pump.ts";
import { createReceive } from "./receive.ts";
import { recover } from "./recover.ts";
import { cancelRun } from "./settle.ts";
import { sync } from "./sync.ts";
import { syncUrl } from "./sync-url.ts";

/**
 * Makes an engine over an opened, migrated store. It does nothing until `start`.
 * @returns the engine; `stop` it before the store is closed
 */
export function createEngine(options: EngineOptions): Engine {
  const context = createContext(options);
  const pump = createPump(context);
  const receive = createReceive(context);
  return {
    read: options.store.read,
    receive,
    sync: (registration) => sync(context, registration),
    syncUrl: (url) => syncUrl(context, url),
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
      await context.registry.load(options.store.read);
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
      await pump.start();
    },
    async stop(graceMs) {
      await pump.stop(graceMs);
      await options.transport.close();
    },
    health: () => {
      const store = context.storeTrouble();
      return { status: store === null ? "ok" : "degraded", store, callsInFlight: pump.callsInFlight() };
    },
    now: () => context.now(),
    newId: () => options.chance.id(context.now()),
  };
}
