/**
 * One world for all tests of a file, or one for a test (`openOwn`), and the moves that most tests make:
 * deploy, start, wait until everything before has gone through. The moves act on the world of `useWorld`.
 */
import { createHash } from "node:crypto";
import type { Span } from "@stepwell/api";
import { afterAll, afterEach, beforeAll, expect, onTestFinished } from "vitest";
import type { AppRequest, TestApp } from "./app.ts";
import type { Inngest, InngestFunction } from "./sdk.ts";
import { openWorld, type RunView, until, type World, type WorldOptions } from "./world.ts";

export const HOUR = 3_600_000;
type Create = Inngest.Any["createFunction"];
export type Options = Omit<Parameters<Create>[0], "id" | "triggers">;
export type Handler = Parameters<Create>[1];
export type Intercept = NonNullable<TestApp["intercept"]>;

export let world: World;

/** Opens the world before the tests of a file or group, and closes it after them. */
export function useWorld(options: Partial<WorldOptions> = {}): void {
  beforeAll(async () => {
    world = await openWorld({ functions: () => [], ...options });
  });
  afterEach(() => {
    world.app.intercept = null;
  });
  afterAll(() => world?.close());
}

/** Opens a world for one test and closes it after that. */
export async function openOwn(options: WorldOptions): Promise<World> {
  const own = await openWorld(options);
  onTestFinished(() => own.close());
  return own;
}

/** These functions, and the one that `passed` needs. */
export const withBarrier = (functions: WorldOptions["functions"]): InngestFunction.Any[] => [
  ...functions(world.client),
  named("barrier", {}, () => "ran"),
];

export async function deploy(functions: WorldOptions["functions"]): Promise<void> {
  world.app.deploy(withBarrier(functions));
  await world.sync();
}

/** Deploys a function on the event of its name. */
export function deployOne(id: string, options: Options, handler: Handler): Promise<void> {
  return deploy(() => [named(id, options, handler)]);
}

/** Deploys several functions, each on the event of its name. */
export function deployAll(
  ...functions: { id: string; options?: Options; handler: Handler }[]
): Promise<void> {
  return deploy(() => functions.map(({ id, options = {}, handler }) => named(id, options, handler)));
}

function named(id: string, options: Options, handler: Handler): InngestFunction.Any {
  return world.client.createFunction({ ...options, id, triggers: [{ event: id }] }, handler);
}

/** Sends an event and returns the only run that it started. */
export async function start(event: string | object): Promise<RunView> {
  const [id = ""] = await world.send(typeof event === "string" ? { name: event } : event);
  return world.runOf(id);
}

/** When each request to a function of `begin` came, on the world's clock. */
export const cameAt = new WeakMap<AppRequest, number>();

/** Deploys a function and starts it; `answer` may answer its calls before the SDK does. */
export async function begin(
  id: string,
  options: Options,
  handler: Handler,
  answer: Intercept = () => false,
): Promise<RunView> {
  await deployOne(id, options, handler);
  world.app.intercept = (request, reply, raw) => {
    cameAt.set(request, world.clock.now());
    return request.url.includes(`fnId=app-${id}&`) && answer(request, reply, raw);
  };
  return start({ name: id, data: { text: "é" } });
}

/** What was due before is done: later events have gone all the way through. */
export async function passed(): Promise<void> {
  for (let i = 0; i < 2; i += 1) await completed(await start("barrier"), "ran");
}

export function advanceTo(at: number): void {
  world.advance(Math.max(0, at - world.clock.now()));
}

export async function completed(run: RunView, output: unknown): Promise<void> {
  expect(await world.ended(run.run_id)).toMatchObject({ status: "Completed", output });
}

export async function failed(run: RunView, output: object): Promise<void> {
  expect(await world.ended(run.run_id)).toMatchObject({ status: "Failed", output });
}

export async function rootSpan(run: RunView): Promise<Span> {
  return (await world.json(`/v2/runs/${run.run_id}/trace`)).data.rootSpan;
}

/** The span of a step once it has this status. */
export function step(run: RunView, name: string, status: string): Promise<Span> {
  return until(`${name} is ${status}`, async () =>
    (await rootSpan(run)).children.find((span) => span.name === name && span.status === status),
  );
}

/** The run waits with a step of this operation (`stepOp` of the trace). */
export function waitsWith(run: RunView, op: string): Promise<Span> {
  return until(`${run.function_slug} waits with ${op}`, async () =>
    (await rootSpan(run)).children.find((span) => span.stepOp === op && span.status === "WAITING"),
  );
}

/** The calls of the app for a function; its runs are not told apart. */
export const calls = (run: RunView): AppRequest[] => world.app.calls(run.function_slug);
export const bodyOf = (call: AppRequest | undefined): any => JSON.parse(call?.body ?? "null");
export const opsOf = (call: AppRequest | undefined): any => JSON.parse(call?.answer ?? "null");
/** The id of a step on the wire. */
export const hash = (id: string): string => createHash("sha1").update(id).digest("hex");
/** A stored result on the wire. */
export const data = (value: unknown): object => ({ type: "data", data: value });

/** Bodies of steps that write down that they ran; a held one goes on when the test releases it. */
export function bodies(): {
  ran: string[];
  body: (id: string) => () => string;
  held: (id: string) => () => Promise<string>;
  release: (id: string) => Promise<void>;
} {
  const ran: string[] = [];
  const gates = new Map<string, () => void>();
  return {
    ran,
    body: (id) => () => {
      ran.push(id);
      return id;
    },
    held: (id) => () => {
      ran.push(id);
      return new Promise((resolve) => gates.set(id, () => resolve(id)));
    },
    release: async (id) => (await until(`${id} is held`, () => gates.get(id)))(),
  };
}
