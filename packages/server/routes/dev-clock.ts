/**
 * `/dev/clock`: where the clock of a dev server stands, and moving it forward. Whoever asks with
 * `Accept: application/x-ndjson` is told how far it is, line by line; the others get the end only. A
 * client that goes away stops it. Only in dev.
 */
import { MAX_SLEEP_MS, parseDuration, StepwellError } from "@stepwell/core";
import type { ClockState } from "@stepwell/engine";
import type { Hono } from "hono";
import { readBytes } from "../body.ts";
import type { ServerOptions } from "../context.ts";
import { asRefusal, errorReply, isoTime } from "../reply.ts";

const LINES = "application/x-ndjson";
/** Lines are for people: more of them than this would only fill the pipe. */
const LINE_EVERY_MS = 250;
const MAX_BODY_BYTES = 10_000;

export function devClock(app: Hono, options: ServerOptions): void {
  if (options.mode !== "dev") return;
  const { engine } = options;
  app.get("/dev/clock", (c) => c.json(shown(engine.clock())));
  app.post("/dev/clock", async (c) => {
    const ms = readAdvance(await readBytes(c.req.raw, MAX_BODY_BYTES));
    const { signal } = c.req.raw;
    if (c.req.header("accept")?.includes(LINES)) return followed(options, ms, signal);
    return c.json(shown(await engine.advance(ms, { signal })));
  });
}

/** @throws StepwellError `invalid_json`, `advance_invalid` */
function readAdvance(bytes: Uint8Array): number {
  let body: unknown;
  try {
    body = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw new StepwellError("invalid_json", 'The body is not valid JSON. Send {"advance": "3d"}.');
  }
  const asked = typeof body === "object" && body !== null && "advance" in body ? body.advance : undefined;
  const ms = typeof asked === "string" ? parseDuration(asked.trim()) : null;
  if (ms !== null && ms <= MAX_SLEEP_MS) return ms;
  const got = asked === undefined ? "missing" : JSON.stringify(asked).slice(0, 100);
  throw new StepwellError(
    "advance_invalid",
    `\`advance\` must be a duration like "3d" or "1h30m" (units w, d, h, m, s, ms; at most 366d at once), and is ${got}.`,
  );
}

function shown<T extends ClockState>(state: T): Omit<T, "now"> & { now: string } {
  return { ...state, now: isoTime(state.now) };
}

/** The answer begins with the first news, so that a refusal at the start still has its own status. */
async function followed({ engine, log }: ServerOptions, ms: number, gone: AbortSignal): Promise<Response> {
  const left = new AbortController();
  const { body, line, end } = lines(() => left.abort());
  let began: () => void = () => {};
  const news = new Promise<void>((resolve) => {
    began = resolve;
  });
  let toldAt = Number.NEGATIVE_INFINITY;
  const advanced = engine.advance(ms, {
    signal: AbortSignal.any([gone, left.signal]),
    tell(progress) {
      began();
      if (performance.now() - toldAt < LINE_EVERY_MS) return;
      toldAt = performance.now();
      line({ ...shown(progress), target: isoTime(progress.target) });
    },
  });
  await Promise.race([news, advanced]);
  void advanced.then(
    (result) => end(shown(result)),
    async (error) => {
      const refusal = asRefusal(error);
      if (refusal === null)
        log({ level: "error", event: "request.bug", message: `POST /dev/clock: ${error}`, code: "internal" });
      const told = refusal ?? new StepwellError("internal", undefined, { cause: error });
      end((await errorReply(told, "v1").json()) as object);
    },
  );
  return new Response(body, { headers: { "content-type": LINES, "cache-control": "no-store" } });
}

interface Lines {
  body: ReadableStream<Uint8Array>;
  line(value: object): void;
  end(value: object): void;
}

function lines(cancelled: () => void): Lines {
  let open = true;
  let controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  const body = new ReadableStream<Uint8Array>({
    start(given) {
      controller = given;
    },
    cancel() {
      open = false;
      cancelled();
    },
  });
  const encoder = new TextEncoder();
  const line = (value: object): void => {
    if (open) controller?.enqueue(encoder.encode(`${JSON.stringify(value)}\n`));
  };
  return {
    body,
    line,
    end(value) {
      line(value);
      if (open) controller?.close();
      open = false;
    },
  };
}
