/**
 * The world of flow control: its clock stands still until a test moves it, so that "5 s later" is exact on
 * any machine; each request is stamped with that clock; and the server can be restarted on its folder.
 */
import { startStepwell } from "stepwell";
import { afterAll, beforeAll, beforeEach, expect } from "vitest";
import type { AppRequest } from "./app.ts";
import { bodyOf, cameAt, type Options, passed, useWorld, withBarrier, world } from "./bench.ts";
import { createStillClock } from "./still-clock.ts";
import { type RunView, until, type WorldOptions } from "./world.ts";

export const MINUTE = 60_000;

let serving: Partial<WorldOptions>["server"];

/** As `useWorld`, with a clock that stands still. */
export function useStillWorld(): void {
  const clock = createStillClock();
  serving = { clock, graceMs: 0, discovery: false, pollIntervalMs: 0 };
  useWorld({ server: serving });
  beforeAll(() => {
    world.clock = clock;
    world.advance = (ms) => clock.advance(ms);
  });
  beforeEach(() => {
    world.app.intercept = (request) => {
      cameAt.set(request, clock.now());
      return false;
    };
  });
  afterAll(() => world?.server.close());
}

/** Stops the server, lets time pass, and starts it on the same folder and port. */
export async function restart(awayMs: number): Promise<void> {
  const { url, port } = world.server;
  await world.server.close();
  world.advance(awayMs);
  world.server = await startStepwell({ mode: "dev", dir: world.dir, port, ...world.data, ...serving });
  expect(world.server.url).toBe(url);
}

/** Lets time pass in steps: what is due at the end of each has gone all the way through before the next. */
export async function pass(ms: number, stepMs: number = ms): Promise<void> {
  for (let left = ms; left > 0; left -= stepMs) {
    world.advance(Math.min(stepMs, left));
    await passed();
  }
}

/** Sends events in this order, each routed before the next. */
export async function sendInOrder(events: object[]): Promise<string[]> {
  const ids: string[] = [];
  for (const event of events) {
    ids.push(...(await world.send(event)));
    await passed();
  }
  return ids;
}

/** The first requests of a function's runs, in order: when each came, and for which events. */
export function starts(slug: string, since: number): { after: number; runId: string; events: any[] }[] {
  const seen = new Set<string>();
  return world.app.calls(slug).flatMap((request) => {
    const { ctx, events } = bodyOf(request);
    if (seen.has(ctx.run_id)) return [];
    seen.add(ctx.run_id);
    return [{ after: (cameAt.get(request) ?? Number.NaN) - since, runId: ctx.run_id, events }];
  });
}

export const startedAfter = (slug: string, since: number): number[] =>
  starts(slug, since).map(({ after }) => after);

/** The runs of a function, oldest first. */
export async function runsOf(slug: string): Promise<any[]> {
  return (await world.json(`/v2/runs?functionId=${slug}&order=ASC&limit=100`)).data;
}

export async function statusesOf(slug: string): Promise<string[]> {
  return (await runsOf(slug)).map(({ status }: { status: string }) => status);
}

/** The run of each of these events. */
export function runsOfEvents(ids: string[]): Promise<RunView[]> {
  return Promise.all(ids.map((id) => world.runOf(id)));
}

/** Requests of these functions that the app has not answered yet. */
export function inFlight(...slugs: string[]): AppRequest[] {
  return slugs.flatMap((slug) => world.app.calls(slug)).filter((call) => call.status === undefined);
}

/** Writes down, at each arrival, what is in flight then. */
export function watched<T>(of: (call: AppRequest) => T, ...slugs: string[]): T[][] {
  const seen: T[][] = [];
  world.app.intercept = (request) => {
    cameAt.set(request, world.clock.now());
    if (slugs.some((slug) => request.url.includes(`fnId=${slug}&`))) seen.push(inFlight(...slugs).map(of));
    return false;
  };
  return seen;
}

/** The text with which a sync of this one function is refused. */
export async function refusal(id: string, options: object): Promise<string> {
  const given = { ...options, id, triggers: [{ event: id }] } as Options & { id: string };
  world.app.deploy(withBarrier(({ createFunction }: any) => [createFunction(given, () => 1)]));
  const response = await fetch(world.app.url, { method: "PUT" });
  expect(response.status).toBe(400);
  return JSON.parse(await response.text()).message;
}

/** So many runs of a function exist. */
export function counted(slug: string, count: number): Promise<any[]> {
  return until(`${count} runs of ${slug}`, async () => {
    const runs = await runsOf(slug);
    return runs.length >= count && runs;
  });
}
