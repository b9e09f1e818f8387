/**
 * A world for one test: the real engine over a store in memory, a clock that only the test moves, and the
 * app called as a function. No socket, no database, no waiting.
 */
import type { DurationMs, Instant, Json } from "@stepwell/core";
import type { Engine, LogEntry } from "@stepwell/engine";
import type { SdkClient } from "./borrow-client.ts";
import { openWorld } from "./open-world.ts";
import type { TestOutcome, TestReason } from "./reasons.ts";
import type { FailOptions, Mock, MockOptions } from "./rules.ts";
import type { TestEvent, TestRun } from "./run-view.ts";

/** `serve` of `inngest/edge`, of any version of the SDK. */
export type EdgeServe = (options: never) => (request: Request) => Promise<Response>;

/** An app: a client and the functions made with it. */
export interface AppOptions {
  /** The Inngest client of the functions, of SDK v4 or v3. It is given back by `close`. */
  client: SdkClient;
  /** What the client's `createFunction` returns, unmodified. */
  functions: readonly object[];
  /** `serve` of your SDK's `inngest/edge`, where `inngest` is not the name it is installed under. */
  serve?: EdgeServe;
}
/** What a world is made from. */
export interface WorldOptions extends AppOptions {
  /** More apps, as `step.invoke` and events reach them. Their functions are named with the app: `billing-charge`. */
  otherApps?: readonly AppOptions[];
  /** Where the clock begins. Default: now. */
  now?: Date | string | Instant;
  /** Ids and dice of the engine come from it. Default 1. */
  seed?: number;
  /** Answers the requests of `step.fetch` and `step.ai.infer`. Default: they are an error. */
  fetch?: typeof fetch;
  /** How long one piece of code may take, in real time, before that is an error. Default 4000. */
  patienceMs?: DurationMs;
  /** Told of everything that the engine logs. */
  log?: (entry: LogEntry) => void;
}

/** An event to send. */
export interface EventToSend {
  name: string;
  data?: object;
  /** Two events of one id within a day are one. */
  id?: string;
  /** Epoch milliseconds; a later one than the world's delays the run. Default: the world's time. */
  ts?: number;
  user?: object;
}
/** How `send` sends. */
export interface SendOptions {
  /** False: resolves once the events are stored, though work goes on. Default true. */
  settle?: boolean;
}

/** A world, from `createWorld` to `close`. Each act resolves when nothing more can happen until the clock moves. */
export interface World {
  /**
   * Sends events and waits until everything that can happen now has happened.
   * @returns the ids of the events
   * @throws WorldError when an event is refused
   */
  send(events: EventToSend | readonly EventToSend[], options?: SendOptions): Promise<string[]>;
  /** Ends a wait for a signal. @returns the id of the run that goes on; null: nobody waits */
  signal(signal: string, data?: Json): Promise<string | null>;
  /**
   * Cancels a run, as the API does; one that has ended stays as it is.
   * @param run a run or its id
   * @throws WorldError when there is no such run
   */
  cancel(run: TestRun | string): Promise<void>;
  /**
   * Pauses a function: new runs are skipped, those there are stand still until it is resumed.
   * @throws WorldError when there is no such function
   */
  pause(functionId: string): Promise<void>;
  /** New runs are skipped, those there are go on to their end. @throws WorldError as `pause` */
  drain(functionId: string): Promise<void>;
  /** Ends `pause` and `drain`. @throws WorldError as `pause` */
  resume(functionId: string): Promise<void>;
  /**
   * Moves the clock, stopping wherever something is due (the end of a sleep or a wait, a retry, a cron
   * tick) until everything of that instant has happened.
   * @param by a duration such as `3d` or `1h30m`, milliseconds, or the date to move to
   * @throws WorldError when it is none of these, or the date is in the world's past
   */
  advance(by: string | DurationMs | Date): Promise<void>;
  /**
   * Resolves when nothing more can happen until the clock moves.
   * @throws WorldError when code does not come back within the patience, with its name; when a step asks for
   * a request that nobody answers
   */
  settled(): Promise<void>;
  /** The world's time. */
  now(): Date;
  /** Runs as of the last settling, oldest first. @param functionId only those of this function */
  runs(functionId?: string): TestRun[];
  /**
   * One run as of the last settling.
   * @param which id of a run, or of a function that has one run; nothing: the only run there is
   * @throws WorldError when there is none, or more than one
   */
  run(which?: string): TestRun;
  /**
   * What a run waits for, as `stepwell why` says it: `gate`, `message`, `until`, of limits also who holds them.
   * @param run a run, or what `run` takes
   * @returns the most limiting first; empty when it has ended
   */
  why(run?: TestRun | string): Promise<TestReason[]>;
  /**
   * What became of an event, function by function, also where no run came of it.
   * @param eventId as `send` returns it
   * @throws WorldError when there is no such event
   */
  outcomes(eventId: string): Promise<TestOutcome[]>;
  /** Events that functions have sent, oldest first. @param name only those of this name */
  sent(name?: string): TestEvent[];
  /**
   * Puts a result in the place of a step: its code is not run. Also for sleeps, waits, invokes, requests.
   * @param mock the result, or a function that returns it or throws
   */
  mock(stepId: string, mock: Mock, options?: MockOptions): void;
  /** Makes a step fail, in every attempt or in one: its code is not run then. */
  fail(stepId: string, options?: FailOptions): void;
  /** The ids that `mock` and `fail` were given and of which no step has come so far: mistyped, perhaps. */
  unused(): string[];
  /** For what has no method here. Call `settled` afterwards. */
  readonly engine: Engine;
  /** Ends the world and gives the client back. A world that is left open only matters to the next of its client. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Makes a world in which the functions are known to the engine.
 * @throws WorldError when the functions are refused, with the reason and the cure
 * @example
 * const world = await createWorld({ client: inngest, functions: [welcome] });
 * await world.send({ name: "user/created", data: { email: "ada@example.com" } });
 * await world.advance("1d");
 * assertEnded(world.run(), "completed");
 */
export async function createWorld(options: WorldOptions): Promise<World> {
  return openWorld(options);
}
