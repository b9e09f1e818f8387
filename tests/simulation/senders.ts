/** Requests of apps to the server, as a network makes them: no answer, and then once more. */

import type { Json, NewEvent } from "@stepwell/core";
import type { Engine } from "@stepwell/engine";
import { someData } from "./dice.ts";
import type { AppPorts } from "./work.ts";
import { strikes, violated, type World } from "./world.ts";

/** An event on its way to any engine. */
export interface Outgoing {
  name: string;
  externalId: string;
  ts?: number;
  data?: { [key: string]: Json };
}

export const NO_ANSWER_MS = 30_000;

/** Sends an event, with the same ids each time, until somebody acknowledges it; and perhaps once more. */
export async function sendUntilStored(
  world: World,
  any: () => Engine | null,
  asked: Outgoing,
): Promise<void> {
  const { scheduler, dice, setup, events } = world;
  const { name, externalId } = asked;
  let event: NewEvent | null = null;
  for (;;) {
    const engine = any();
    if (engine === null) {
      await pause(world, 1000);
      continue;
    }
    const id: string = event?.id ?? engine.newId();
    event ??= {
      id,
      externalId,
      name,
      ts: asked.ts ?? scheduler.now(),
      body: { data: asked.data ?? someData(dice) },
    };
    events.set(id, { id, externalId, name, acknowledged: events.get(id)?.acknowledged ?? false });
    const stored = await sendOnce(world, engine, event);
    if (stored) acknowledge(world, id);
    if (stored && !strikes(world, setup.faults.resend)) return;
    await pause(world, dice.pick([0, 100, 5000]));
  }
}

/** One try at one engine; false: no answer came, or a refusal. */
function sendOnce({ scheduler }: World, engine: Engine, event: NewEvent): Promise<boolean> {
  return new Promise((resolve) => {
    const cancel = scheduler.later(scheduler.now() + NO_ANSWER_MS, null, "no answer", () => resolve(false));
    const done = (isStored: boolean) => () => {
      cancel();
      resolve(isStored);
    };
    engine.receive([event]).then(done(true), done(false));
  });
}

function acknowledge(world: World, id: string): void {
  const event = world.events.get(id);
  if (event === undefined) return;
  event.acknowledged = true;
  world.scheduler.say(`event ${id.slice(-5)} ${event.name} is acknowledged`);
  if (!world.shadow.rows.events.has(id)) violated(world, [`event ${id} was acknowledged and is not stored`]);
}

type Said = Awaited<ReturnType<AppPorts["checkpoint"]>>;

/** One try at whoever is there; an engine that dies does not answer. */
export function checkpointOnce(world: World, any: () => Engine | null): AppPorts["checkpoint"] {
  const { scheduler, shadow } = world;
  return (runId, what) => {
    const engine = any();
    if (engine === null) return Promise.resolve("failed");
    const isLive = shadow.rows.leases.get(what.jobId)?.freed === false;
    return new Promise((resolve) => {
      const cancel = scheduler.later(scheduler.now() + NO_ANSWER_MS, null, "no answer", () =>
        resolve("failed"),
      );
      const done = (said: Said): void => {
        cancel();
        if (said === "stored" && !isLive)
          violated(world, [`a checkpoint on the lost lease ${what.jobId} was stored`]);
        resolve(said);
      };
      engine.checkpoint(runId, what).then(done, () => done("failed"));
    });
  };
}

function pause({ scheduler }: World, ms: number): Promise<void> {
  return new Promise((resolve) => scheduler.later(scheduler.now() + ms, null, "pause", resolve));
}
