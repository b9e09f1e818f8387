/**
 * The server of `stepwell start`, joined here from the same parts, with two marks around its store: when an
 * event begins to be routed, and when the commit that ends the wait it matched is durable. What lies between
 * is what an event needs to find its run and to end its wait. Environment: DIR, PORT, EVENT_KEY, SIGNING_KEY.
 */
import { join } from "node:path";
import { createChance, createClock, createEngine, createTransport } from "@stepwell/engine";
import { createServer, listen, readSettings } from "@stepwell/server";
import type { Ask, Decision, Seen, Store } from "@stepwell/store";
import { openSqliteStore } from "@stepwell/store-sqlite";
import type { Inside } from "./drive.ts";

const env = (name: string): string => process.env[name] ?? "";
const settings = readSettings({
  mode: "start",
  dir: env("DIR"),
  port: Number(env("PORT")),
  durability: "full",
  eventKeys: [env("EVENT_KEY")],
  signingKey: env("SIGNING_KEY"),
});
const { queueWorkers, requestTimeoutMs, retryIntervalMs, maxSteps, maxPendingEvents, signingKey } = settings;

/** Per event, in milliseconds: route begun → the run's commit is asked for → the wait is ended and durable. */
const marks: Inside = { foundMs: [], endedMs: [] };
const routedAt = new Map<string, number>();

const store = await openSqliteStore({ file: join(env("DIR"), "main.db"), durability: settings.durability });
await store.migrate();
const watched = watch(store);
const clock = await createClock(store);
const chance = createChance();
const log = (): void => {};
const engine = createEngine({
  store: watched,
  clock,
  chance,
  transport: createTransport({ allowLinkLocal: false, connections: queueWorkers }),
  node: chance.id(clock.now()),
  mode: "start",
  signingKey,
  queueWorkers,
  requestTimeoutMs,
  retryIntervalMs,
  maxSteps,
  maxPendingEvents,
  log,
});
const server = createServer({
  engine,
  mode: "start",
  eventKeys: settings.eventKeys,
  signingKeys: signingKey === null ? [] : [signingKey],
  allowedHosts: [],
  maxBodyBytes: settings.maxBodyBytes,
  version: "bench",
  startOptions: {},
  log,
});
await engine.start();
await listen(
  async (request) => {
    if (new URL(request.url).pathname === "/bench/inside")
      return Response.json({ foundMs: marks.foundMs.splice(0), endedMs: marks.endedMs.splice(0) });
    return server(request);
  },
  { host: "127.0.0.1", port: settings.port, tryNext: false },
);
process.on("SIGTERM", () => {
  void engine
    .stop(5000)
    .then(() => store.close())
    .then(() => process.exit(0));
});

/** `route` reads its event first; the commit that ends a wait notes that it matched. */
function watch(inner: Store): Store {
  const { read } = inner;
  const event: typeof read.event = (id) => {
    if (!routedAt.has(id)) routedAt.set(id, performance.now());
    return read.event(id);
  };
  return {
    ...inner,
    read: { ...read, event },
    async commit<A extends Ask, R>(ask: A, now: number, decide: (seen: Seen<A>) => Decision<R>): Promise<R> {
      const askedAt = performance.now();
      let eventId: string | null = null;
      const reply = await inner.commit(ask, now, (seen) => {
        const decision = decide(seen);
        for (const change of decision.write) {
          if (!("insert" in change) || change.insert !== "history" || change.row.kind !== "step.matched")
            continue;
          eventId = String(change.row.data["eventId"]);
        }
        return decision;
      });
      const began = eventId === null ? undefined : routedAt.get(eventId);
      if (began !== undefined) {
        marks.foundMs.push(askedAt - began);
        marks.endedMs.push(performance.now() - began);
      }
      return reply;
    },
  };
}
