/** Puts a world together. `simulate` opens its worlds here, too, with faults between engine and app. */
import type { DurationMs, Instant } from "@stepwell/core";
import type { LogEntry } from "@stepwell/engine";
import { actsOf } from "./acts.ts";
import type { AppCall } from "./app-call.ts";
import { openApps } from "./apps.ts";
import type { Receiver } from "./borrow-client.ts";
import { createDice } from "./dice.ts";
import { createHeld } from "./held.ts";
import { type House, openHouse } from "./house.ts";
import { createInProcess, type Deliver } from "./in-process.ts";
import { createLedger } from "./ledger.ts";
import { type Inside, nextDue, type Parts } from "./parts.ts";
import { createPost } from "./post.ts";
import { createRules } from "./rules.ts";
import { refuseFakeTimers, settle } from "./settle.ts";
import { createVirtualClock } from "./virtual-clock.ts";
import type { EventToSend, World, WorldOptions } from "./world.ts";
import { WorldError } from "./world-error.ts";

/** What only `simulate` sets: it stands between engine and app, and answers that are held back go on by themselves. */
export interface Between {
  open(inside: Inside): Deliver;
  /** Code of the app sends events. */
  sends(call: AppCall, events: readonly EventToSend[]): void;
  /** Each step gets a call of its own, as if there were a rule for each. */
  readonly plans: boolean;
}
const PATIENCE_MS = 4000;
const QUEUE_WORKERS = 100;
/** Where the engine says that something is wrong with itself. */
const BUGS = new Set([
  "call.failed",
  "call.lost",
  "wake.failed",
  "claim.failed",
  "pump.failed",
  "request.bug",
]);

export async function openWorld(options: WorldOptions, between: Between | null = null): Promise<World> {
  refuseFakeTimers();
  const clock = createVirtualClock(startOf(options.now));
  let house: House | null = null;
  const inside: Inside = { clock, held: createHeld(clock), house: () => house as House };
  const post = createPost({ house: inside.house, clock, sends: between?.sends ?? (() => {}) });
  const receiver: Receiver = { answer: post.answer };
  const apps = await openApps([options, ...(options.otherApps ?? [])], receiver);
  try {
    const rules = createRules(inside.held);
    const complaints: string[] = [];
    const transport = createInProcess({
      world: receiver,
      handle: apps.handle,
      rules,
      offsetMs: () => Math.round(clock.now() - Date.now()),
      functionId: apps.bare,
      fetch: options.fetch ?? null,
      deliver: between?.open(inside) ?? ((_call, deliver) => deliver()),
      complain: (message) => complaints.push(message),
      planAlways: between?.plans ?? false,
    });
    const log = (entry: LogEntry): void => {
      if (BUGS.has(entry.event)) complaints.push(`The engine reports ${entry.event}: ${entry.message}`);
      options.log?.(entry);
    };
    const dice = createDice(options.seed ?? 1);
    house = await openHouse({ clock, dice, transport, queueWorkers: QUEUE_WORKERS, log });
    await apps.register(house.engine());
    const parts: Parts = { ...inside, apps, post, rules, transport, complaints, closed: false };
    const atRest = settling(parts, between !== null, options.patienceMs ?? PATIENCE_MS);
    return actsOf(parts, createLedger(inside.house, apps.bare, rules.unused), atRest);
  } catch (error) {
    apps.giveBack();
    await house?.close();
    throw error;
  }
}

/** @param goesOn the clock is moved when only that can help */
function settling(parts: Parts, goesOn: boolean, patienceMs: DurationMs): () => Promise<void> {
  const { clock, held, house, post, rules, transport, complaints } = parts;
  const { store } = house();
  const release = async (): Promise<void> => {
    clock.moveTo((await nextDue(parts)) ?? clock.now());
  };
  /** What the engine reports is nearer to the cause than that nothing goes on. */
  const complain = (): void => {
    const complaint = complaints.shift();
    if (complaint !== undefined) throw new WorldError(complaint);
  };
  return async () => {
    const settled = settle({
      store,
      engine: () => house().engine(),
      inFlight: transport.inFlight,
      answering: post.answering,
      now: clock.now,
      patienceMs,
      held: held.count,
      release: goesOn ? release : null,
      closed: () => parts.closed,
      unused: rules.unused,
    });
    await settled.finally(complain);
  };
}

function startOf(now: WorldOptions["now"]): Instant {
  if (now === undefined) return Date.now();
  const start = new Date(now).getTime();
  if (Number.isNaN(start))
    throw new WorldError(
      `createWorld({ now }) is no date: ${JSON.stringify(now)}. Give a Date, milliseconds, or a text like "2026-03-01T12:00:00Z".`,
    );
  return start;
}
