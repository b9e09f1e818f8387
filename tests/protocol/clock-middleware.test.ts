/** `stepwell/clock` with the real SDK: code of an app that follows a moved clock, and does nothing elsewhere. */
import { Inngest as InngestV4, Middleware } from "inngest";
import { InngestMiddleware, Inngest as InngestV3 } from "inngest-v3";
import { clockMiddleware, clockMiddlewareV3, now } from "stepwell/clock";
import { expect, expectTypeOf, test } from "vitest";
import { openOwn } from "./bench.ts";
import { sdk } from "./sdk.ts";
import type { World, WorldOptions } from "./world.ts";

const DAY = 86_400_000;

const middleware =
  sdk.name === "v3"
    ? [new InngestMiddleware(clockMiddlewareV3)]
    : [clockMiddleware(Middleware.BaseMiddleware)];

async function open(functions: WorldOptions["functions"], more: Partial<WorldOptions> = {}): Promise<World> {
  const own = { clock: undefined } as object;
  return openOwn({
    functions,
    clientOptions: { middleware },
    ...more,
    server: { ...own, ...more.server },
  });
}

/** What the middleware puts into the context; the tests' functions are typed without it. */
const nowOf = (context: object): Date => (context as { now: () => Date }).now();
const advance = (world: World, text: string): Promise<Response> =>
  world.fetch("/dev/clock", { method: "POST", body: JSON.stringify({ advance: text }) });
/** What was read, relative to the machine's clock at that time. */
const ahead = (date: Date): number => date.getTime() - Date.now();
const near = (expected: number) => (value: number) => Math.abs(value - expected) < 5000;

/** A service that knows nothing of functions. */
const service = async (): Promise<number> => {
  await new Promise((resolve) => setImmediate(resolve));
  return ahead(now());
};

test("a function, its steps and what they call read the moved clock, at each call the one of that call", async () => {
  const seen: Record<string, number> = {};
  const world = await open((client) => [
    client.createFunction({ id: "reads", triggers: [{ event: "read" }] }, async (context) => {
      const { step } = context;
      await step.run("before", async () => {
        seen["context before"] = ahead(nowOf(context));
        seen["service before"] = await service();
      });
      await step.sleep("a-day", "1d");
      await step.run("between", async () => {
        seen["context between"] = ahead(nowOf(context));
        seen["service between"] = await service();
      });
      await step.sleep("three-days", "3d");
      await Promise.all([
        step.run("left", async () => {
          seen["service left"] = await service();
        }),
        step.run("right", async () => {
          seen["service right"] = await service();
        }),
      ]);
      seen["context body"] = ahead(nowOf(context));
      seen["service body"] = await service();
    }),
  ]);
  await world.sync();
  const [id = ""] = await world.send({ name: "read", data: {} });
  const { run_id } = await world.runOf(id);
  expect((await advance(world, "4d")).status).toBe(200);
  expect((await world.ended(run_id)).status).toBe("Completed");
  const before = ["context before", "service before"];
  const between = ["context between", "service between"];
  const after = ["service left", "service right", "context body", "service body"];
  for (const name of before) expect([name, seen[name]]).toEqual([name, expect.toSatisfy(near(0))]);
  for (const name of between) expect([name, seen[name]]).toEqual([name, expect.toSatisfy(near(DAY))]);
  for (const name of after) expect([name, seen[name]]).toEqual([name, expect.toSatisfy(near(4 * DAY))]);
  // Outside of a call nothing is moved.
  expect(await service()).toSatisfy(near(0));
});

test("calls with different clocks in one process do not mix", async () => {
  let entered = 0;
  let open1: () => void = () => {};
  let allIn = new Promise<void>((resolve) => {
    open1 = resolve;
  });
  let wanted = 1;
  const world = await open((client) => [
    client.createFunction({ id: "meets", triggers: [{ event: "meet" }] }, async (context) => {
      entered += 1;
      if (entered === wanted) open1();
      await allIn;
      const services = await Promise.all([service(), service()]);
      return [...services, ahead(nowOf(context))];
    }),
  ]);
  await world.sync();
  const [id = ""] = await world.send({ name: "meet", data: {} });
  await world.ended((await world.runOf(id)).run_id);

  // The recorded call again, three at once, as servers whose clocks stand elsewhere would make it.
  const [call] = world.app.calls();
  if (call === undefined) throw new Error("there was no call");
  entered = 0;
  wanted = 3;
  allIn = new Promise((resolve) => {
    open1 = resolve;
  });
  const { origin } = new URL(world.app.url);
  const answers = await Promise.all(
    [0, 5, 40].map(async (days) => {
      const headers: Record<string, string> = { ...call.headers };
      for (const name of ["content-length", "connection", "host", "transfer-encoding"]) delete headers[name];
      if (days > 0) headers["x-stepwell-clock-offset-ms"] = String(days * DAY);
      const response = await fetch(origin + call.url, { method: "POST", headers, body: call.body });
      return [days, ...readings(await response.text())];
    }),
  );
  for (const [days = 0, ...read] of answers) {
    expect(read).toHaveLength(3);
    for (const value of read) expect(value).toSatisfy(near(days * DAY));
  }
});

/** The returned list, wherever the SDK puts it in its answer. */
function readings(body: string): number[] {
  const found = /\[(-?\d+),(-?\d+),(-?\d+)\]/.exec(body);
  if (found === null) throw new Error(`no readings in ${body}`);
  return found.slice(1).map(Number);
}

test("in `start` there is no such header, and `now` is the machine's time", async () => {
  const seen: number[] = [];
  const world = await open(
    (client) => [
      client.createFunction({ id: "reads", triggers: [{ event: "read" }] }, async (context) => {
        seen.push(ahead(nowOf(context)), await service());
      }),
    ],
    { mode: "start" },
  );
  await world.sync();
  const [id = ""] = await world.send({ name: "read", data: {} });
  await world.ended((await world.runOf(id)).run_id);
  expect(seen).toEqual([expect.toSatisfy(near(0)), expect.toSatisfy(near(0))]);
  expect(world.app.requests.some(({ headers }) => "x-stepwell-clock-offset-ms" in headers)).toBe(false);
});

test("function code gets `now` typed, in both SDKs, and results keep the types that the SDK gives them", () => {
  new InngestV4({
    id: "typed",
    middleware: [clockMiddleware(Middleware.BaseMiddleware)],
  }).createFunction({ id: "typed", triggers: [{ event: "typed" }] }, async ({ now, step }) => {
    expectTypeOf(now).toEqualTypeOf<() => Date>();
    const stepped = await step.run("dates", () => ({ at: new Date(), n: 1 }));
    expectTypeOf(stepped).toEqualTypeOf<{ at: string; n: number }>();
  });
  new InngestV3({
    id: "typed",
    middleware: [new InngestMiddleware(clockMiddlewareV3)],
  }).createFunction({ id: "typed" }, { event: "typed" }, async ({ now }) => {
    expectTypeOf(now).toEqualTypeOf<() => Date>();
  });
});
