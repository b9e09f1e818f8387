/** Attempts, retries and errors (semantics §2, wire.md §5), shown from outside. */
import { createHmac } from "node:crypto";
import type { Socket } from "node:net";
import type { Span } from "@stepwell/api";
import { type Chance, createChance } from "@stepwell/engine";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import type { AppRequest } from "./app.ts";
import {
  advanceTo,
  begin,
  bodyOf,
  cameAt,
  completed,
  failed,
  type Handler,
  HOUR,
  hash,
  type Intercept,
  passed,
  rootSpan,
  start,
  useWorld,
  world,
} from "./bench.ts";
import { answerHeaders, failureName, NonRetriableError, RetryAfterError, sdk } from "./sdk.ts";
import { type RunView, SIGNING_KEY, until } from "./world.ts";

const MIB = 1024 * 1024;
/** What the server rolls for the jitter of a retry: from 0 (none) to 1 (30 s). */
let dice = 0;
const chance: Chance = { ...createChance(), roll: () => dice };
const flat = (span: Span): Span[] => [span, ...span.children.flatMap(flat)];
async function spans(run: RunView): Promise<Span[]> {
  return flat(await rootSpan(run));
}

/** When the server had stored the n-th failure of a run that goes on. */
function failure(run: RunView, n: number): Promise<number> {
  return until(`failure ${n}`, async () => {
    const attempts = (await spans(run)).filter(
      (span) => span.name.startsWith("Attempt ") && span.status === "FAILED",
    );
    return attempts.map((span) => Date.parse(span.endedAt ?? "")).sort((a, b) => a - b)[n - 1];
  });
}

/** Shows that the attempt after the n-th failure comes so many seconds after it, and not a second earlier. */
async function retried(run: RunView, n: number, seconds: number): Promise<AppRequest> {
  const failedAt = await failure(run, n);
  const before = world.app.calls(run.function_slug).length;
  advanceTo(failedAt + (seconds - 1) * 1000);
  await passed();
  advanceTo(failedAt + seconds * 1000);
  const call = await until(
    `the attempt after failure ${n}`,
    () => world.app.calls(run.function_slug)[before],
  );
  const late = (cameAt.get(call) ?? 0) - failedAt - seconds * 1000;
  // A Retry-After counts from the moment when the answer came, a little before it was stored.
  expect(late).toBeGreaterThan(-500);
  expect(late).toBeLessThan(2500);
  return call;
}

async function never(run: RunView, calls: number): Promise<void> {
  world.advance(24 * HOUR);
  await passed();
  expect(world.app.calls(run.function_slug)).toHaveLength(calls);
}

/** A function of one step that always throws; the attempts that it saw are written down. */
const breaking = (seen: number[]): Handler => {
  return ({ step, attempt }) =>
    step.run("breaks", () => {
      seen.push(attempt);
      throw new TypeError("it broke");
    });
};
const echo: Handler = ({ attempt }) => attempt;
const unused = (): string => "never reached";

/** The app answers every call with this error. */
function always(status: number, message: string, headers: Record<string, string>): Intercept {
  return (_request, reply) => {
    reply(status, JSON.stringify({ name: "Error", message, __serialized: true }), {
      ...answerHeaders,
      ...headers,
    });
    return true;
  };
}

/** The app has moved to another path and says so. */
const moved: Intercept = (request, reply) => {
  if (!request.url.startsWith("/api/inngest?")) return false;
  reply(307, "", { location: request.url.replace("/api/inngest", "/moved/inngest") });
  return true;
};

describe("without keys", () => {
  useWorld({ server: { chance } });
  afterEach(() => {
    dice = 0;
  });

  test("R-1: with retries 0 a throwing step is called once and the run fails", async () => {
    const seen: number[] = [];
    const run = await begin("r1", { retries: 0 }, breaking(seen));
    await failed(run, { name: failureName("TypeError"), message: "it broke" });
    await never(run, 2);
    expect(seen).toEqual([0]);
  });

  test("R-2: with retries 1 a throwing step is called twice, 15 to 45 s apart", async () => {
    const seen: number[] = [];
    const run = await begin("r2", { retries: 1 }, breaking(seen));
    expect(bodyOf(await retried(run, 1, 15)).ctx).toMatchObject({ attempt: 1, max_attempts: 2 });
    await failed(run, { name: failureName("TypeError"), message: "it broke" });
    await never(run, 3);
    expect(seen).toEqual([0, 1]);
    dice = 0.99999;
    await retried(await start("r2"), 1, 45);
  });

  test("R-3: two steps that fail twice each see attempts 0, 1, 2, and the run completes", async () => {
    const seen: [string, number][] = [];
    const run = await begin("r3", {}, async ({ step, attempt }) => {
      const flaky = (id: string) =>
        step.run(id, () => {
          seen.push([id, attempt]);
          if (attempt < 2) throw new Error(`${id} ${attempt}`);
          return id;
        });
      return [await flaky("a"), await flaky("b")];
    });
    await retried(run, 1, 15);
    await failure(run, 2);
    dice = 0.99999;
    await retried(run, 2, 30);
    await retried(run, 3, 45);
    await retried(run, 4, 60);
    await completed(run, ["a", "b"]);
    expect(seen).toEqual(["a", "b"].flatMap((id) => [0, 1, 2].map((attempt) => [id, attempt])));
    expect(world.app.calls("app-r3").map((call) => bodyOf(call).ctx.attempt)).toEqual([0, 1, 2, 0, 1, 2, 0]);
  });

  test("R-4: a non-retriable error of a step is one call, and user code can catch it", async () => {
    let times = 0;
    const run = await begin("r4", { retries: 3 }, async ({ step }) => {
      const final = step.run("final", () => {
        times += 1;
        throw new NonRetriableError("r4 is final");
      });
      return await final.catch((error: Error) => `caught ${error.message}`);
    });
    await completed(run, "caught r4 is final");
    await never(run, 2);
    expect(times).toBe(1);
  });

  test("R-5: with retries 1 function code that throws is requested twice, then the run fails", async () => {
    const run = await begin("r5", { retries: 1 }, () => {
      throw new RangeError("r5 broke");
    });
    expect(bodyOf(await retried(run, 1, 15))).toMatchObject({ ctx: { attempt: 1 }, steps: {} });
    await failed(run, { name: "RangeError", message: "r5 broke" });
    await never(run, 2);
  });

  test("R-6: a step error that is caught leaves the run completed and the step failed", async () => {
    const run = await begin("r6", { retries: 0 }, async ({ step }) => {
      await step.run("breaks", () => Promise.reject(new Error("r6 broke"))).catch(() => {});
      return "ok";
    });
    await completed(run, "ok");
    const step = (await spans(run)).find((span) => span.name === "breaks");
    expect(step).toMatchObject({ status: "FAILED", stepOp: "RUN" });
  });

  test("R-7: `Retry-After: 2` brings the next attempt after 2 s and not after 15", async () => {
    const run = await begin("r7", {}, ({ step, attempt }) =>
      step.run("busy", () => {
        if (attempt === 0) throw new RetryAfterError("busy", "2s");
        return attempt;
      }),
    );
    await retried(run, 1, 2);
    await completed(run, 1);
  });

  test("R-8: `Retry-After: 999999` brings the next attempt after 24 h", async () => {
    const run = await begin("r8", {}, ({ attempt }) => {
      if (attempt === 0) throw new RetryAfterError("closed", "999999s");
      return attempt;
    });
    await retried(run, 1, 86_400);
    await completed(run, 1);
  });

  test("R-9: `retries: 25` gives 21 attempts at most", async () => {
    const run = await begin(
      "r9",
      { retries: 25 as 20 },
      unused,
      always(500, "r9", { "x-inngest-no-retry": "false", "retry-after": "1" }),
    );
    for (let n = 1; n <= 20; n += 1) await retried(run, n, 1);
    await failed(run, { message: "r9" });
    await never(run, 21);
    const contexts = world.app.calls("app-r9").map((call) => bodyOf(call).ctx);
    expect(contexts.map((ctx) => ctx.attempt)).toEqual([...Array(21).keys()]);
    expect(contexts[0].max_attempts).toBe(21);
  });

  test("R-10: a page that answers 200 HTML fails the run, and its output holds the body", async () => {
    const page = "<html><h1>It works!</h1></html>";
    const run = await begin("r10", { retries: 0 }, unused, (_request, reply) => {
      reply(200, page, { "content-type": "text/html" });
      return true;
    });
    await failed(run, { message: expect.stringContaining("not an SDK response"), stack: page });
    await never(run, 1);
  });

  test("R-11: a connection that is reset in the middle of a streamed answer is a failed attempt", async () => {
    const run = await begin("r11", { retries: 0 }, unused, (_request, _reply, raw) => {
      const socket = raw as unknown as Socket;
      const head = "HTTP/1.1 201 Created\r\nx-inngest-sdk: inngest-js:v4.24.0\r\ntransfer-encoding: chunked";
      socket.write(`${head}\r\n\r\n10\r\n  {"status":206,"\r\n`, () => socket.resetAndDestroy());
      return true;
    });
    await failed(run, { name: "AppUnreachable" });
    await never(run, 1);
  });

  test("R-12: a return value over 8 MiB is `output_too_large`, a step result over 4 MiB is unreadable", async () => {
    const run = await begin("r12", { retries: 0 }, () => "x".repeat(8 * MIB + 1));
    await failed(run, { name: "output_too_large" });
    await never(run, 1);
    const other = await begin("r12-step", { retries: 0 }, ({ step }) =>
      step.run("big", () => "x".repeat(4 * MIB + 1)),
    );
    // An SDK that checkpoints has tried to tell the result five times before it answers with it.
    await world.ended(other.run_id);
    await failed(other, { name: "UnreadableResponse", message: expect.stringContaining("4 MiB") });
    await never(other, 1);
  });

  test("R-14: an endpoint that answers 307 to another path of the app completes the run", async () => {
    const run = await begin(
      "r14",
      {},
      async ({ event, step }) => {
        await step.sleepUntil("past", new Date(0));
        return event.data.text;
      },
      moved,
    );
    await completed(run, "é");
    const calls = world.app.calls("app-r14");
    const [here, there] = ["/api/inngest", "/moved/inngest"];
    expect(calls.map((call) => call.url.split("?")[0])).toEqual([here, there, here, there]);
    expect(calls[1]?.body).toBe(calls[0]?.body);
  });

  test("W-19: 400 with no-retry true fails the run after one attempt", async () => {
    const run = await begin("w19", {}, unused, always(400, "final", { "x-inngest-no-retry": "true" }));
    await failed(run, { message: "final" });
    await never(run, 1);
  });

  test("W-20: 500 and no-retry false on the last attempt, as v3 has it: the run fails all the same", async () => {
    const v3 = { "x-inngest-sdk": "inngest-js:v3.54.2", "x-inngest-no-retry": "false" };
    const like = sdk.name === "v3" ? undefined : always(500, "always", v3);
    const run = await begin("w20", { retries: 1 }, () => Promise.reject(new Error("always")), like);
    await retried(run, 1, 15);
    await failed(run, { message: "always" });
    await never(run, 2);
    expect(world.app.calls("app-w20").map((call) => call.status)).toEqual([500, 500]);
  });

  test("W-21: 500 without a no-retry header is retried", async () => {
    let broken = true;
    const run = await begin("w21", {}, echo, (_request, reply) => {
      if (broken)
        reply(500, JSON.stringify({ type: "internal", name: "Error", message: "inside" }), answerHeaders);
      return broken;
    });
    await failure(run, 1);
    broken = false;
    await retried(run, 1, 15);
    await completed(run, 1);
  });

  test("W-22: `retry-after: 30` and its date form bring the next attempt after 30 s", async () => {
    const run = await begin("w22", {}, ({ attempt }) => {
      if (attempt === 0) throw new RetryAfterError("seconds", "30s");
      if (attempt === 1) throw new RetryAfterError("date", new Date(world.clock.now() + 30_000));
      return attempt;
    });
    await retried(run, 1, 30);
    await retried(run, 2, 30);
    await completed(run, 2);
  });

  test("W-25: a step error with attempts left repeats that request with attempt 1, and no other", async () => {
    const seen: string[] = [];
    const run = await begin("w25", { optimizeParallelism: true }, ({ step, attempt }) => {
      const body = (id: string) => () => {
        seen.push(`${id}${attempt}`);
        if (id === "a" && attempt === 0) throw new Error("once");
        return id;
      };
      return Promise.all([step.run("a", body("a")), step.run("b", body("b"))]);
    });
    await until("b has ended", async () =>
      (await spans(run)).some(({ name, status }) => name === "b" && status === "COMPLETED"),
    );
    const again = await retried(run, 1, 15);
    await completed(run, ["a", "b"]);
    const of = (id: string) => world.app.calls("app-w25").filter((call) => call.url.includes(hash(id)));
    expect(of("a").map((call) => bodyOf(call).ctx.attempt)).toEqual([0, 1]);
    expect(of("a")[1]).toBe(again);
    expect(of("a")[1]?.url).toBe(of("a")[0]?.url);
    expect(of("b")).toHaveLength(1);
    expect(seen.sort()).toEqual(["a0", "a1", "b0"]);
    expect(world.app.calls("app-w25")).toHaveLength(5);
  });
});

describe("with keys", () => {
  beforeAll(() => {
    vi.stubEnv("INNGEST_STREAMING", "force");
  });
  useWorld({ mode: "start" });
  afterAll(() => {
    vi.unstubAllEnvs();
  });

  test("W-17: a 307 is followed with method, body and signature", async () => {
    const run = await begin("w17", { retries: 0 }, ({ event }) => event.data.text, moved);
    await completed(run, "é");
    const [first, second] = world.app.calls("app-w17");
    expect(second?.url).toContain("/moved/inngest?");
    expect(second?.headers["x-inngest-signature"]).toMatch(/^t=\d+&s=[0-9a-f]{64}$/);
    for (const name of ["x-inngest-signature", "content-type", "x-request-id"])
      expect(second?.headers[name]).toBe(first?.headers[name]);
    expect(second?.body).toBe(first?.body);
  });

  test("W-36: a streamed answer is unwrapped, and the signature of its inner body is checked", async () => {
    let signed: string | null = null;
    const body = '"by hand"';
    const run = await begin(
      "w36",
      { retries: 0 },
      async ({ step }) => `streamed ${await step.sleepUntil("past", new Date(0))}`,
      (_request, reply) => {
        if (signed === null) return false;
        const t = Math.floor(world.clock.now() / 1000);
        const mac = createHmac("sha256", SIGNING_KEY.replace(/^signkey-\w+-/, "")).update(`${signed}${t}`);
        const headers = { ...answerHeaders, "x-inngest-signature": `t=${t}&s=${mac.digest("hex")}` };
        reply(
          201,
          `   ${JSON.stringify({ status: 200, headers, body, version: sdk.requestVersion })}`,
          answerHeaders,
        );
        return true;
      },
    );
    await completed(run, "streamed null");
    expect(world.app.calls("app-w36").map((call) => call.status)).toEqual([201, 201]);
    signed = body;
    await completed(await start("w36"), "by hand");
    signed = '"something else"';
    await failed(await start("w36"), { name: "InvalidSignature" });
  });
});
