/** The clock of a dev server (docs/reference/rest.md): where it stands, and moving it while being told how far it is. */
import { z } from "zod";
import { reason, refusal, UnreachableError } from "./client.ts";

/** Where the clock stands. `now` is ISO text, `offsetMs` how far it has been moved in all. */
export interface ClockView {
  now: string;
  offsetMs: number;
}
/** The end of an advance. `fired`: sleeps, retries, timeouts and cron ticks that were due on the way. */
export interface AdvanceView extends ClockView {
  fired: number;
}
/** News of an advance under way. */
export interface AdvanceNews extends AdvanceView {
  target: string;
  /** What keeps the clock where it is; null: nothing. */
  waitingFor: string | null;
}

const clockSchema: z.ZodType<ClockView> = z.object({ now: z.string(), offsetMs: z.number() });
const advanceSchema: z.ZodType<AdvanceView> = z.object({
  now: z.string(),
  offsetMs: z.number(),
  fired: z.number(),
});
const newsSchema: z.ZodType<AdvanceNews> = z.object({
  now: z.string(),
  offsetMs: z.number(),
  fired: z.number(),
  target: z.string(),
  waitingFor: z.string().nullable(),
});

/** @throws ApiError with status 404 where the clock is the real one; UnreachableError */
export async function readClock(url: string): Promise<ClockView> {
  const response = await ask(url, { signal: AbortSignal.timeout(30_000) });
  return parsed(clockSchema, url, await response.text());
}

/**
 * Moves the clock forward and follows it to the end; there is no time limit.
 * @param advance a duration like `3d` or `1h30m`
 * @param tell called with news, at most four times a second
 * @param signal aborted: the clock stays where it is, and the promise rejects
 * @throws ApiError, UnreachableError
 * @example const { fired } = await advanceClock("http://127.0.0.1:8288", "3d", (news) => console.log(news.now));
 */
export async function advanceClock(
  url: string,
  advance: string,
  tell: (news: AdvanceNews) => void = () => {},
  signal?: AbortSignal,
): Promise<AdvanceView> {
  const response = await ask(url, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/x-ndjson" },
    body: JSON.stringify({ advance }),
    ...(signal === undefined ? {} : { signal }),
  });
  let last: string | null = null;
  for await (const line of linesOf(response, url)) {
    last = line;
    const news = newsSchema.safeParse(json(line));
    if (news.success) tell(news.data);
  }
  if (last === null) throw new UnreachableError(url, "the answer ended before the clock reached its target");
  // The status had been sent when something went wrong: the last line has its own.
  const end = z.object({ error: z.string(), status: z.number() }).safeParse(json(last));
  if (end.success) throw refusal(end.data.status, last);
  if (newsSchema.safeParse(json(last)).success)
    throw new UnreachableError(url, "the answer ended before the clock reached its target");
  return parsed(advanceSchema, url, last);
}

async function ask(url: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(`${url}/dev/clock`, init);
  } catch (cause) {
    throw new UnreachableError(url, reason(cause), { cause });
  }
  if (response.ok) return response;
  throw refusal(response.status, await response.text());
}

async function* linesOf(response: Response, url: string): AsyncGenerator<string> {
  let rest = "";
  try {
    const texts = response.body?.pipeThrough(new TextDecoderStream()) ?? [];
    for await (const text of texts) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      yield* lines.filter((line) => line !== "");
    }
  } catch (cause) {
    throw new UnreachableError(url, reason(cause), { cause });
  }
  if (rest !== "") yield rest;
}

function parsed<T>(schema: z.ZodType<T>, url: string, text: string): T {
  const found = schema.safeParse(json(text));
  if (!found.success) throw new UnreachableError(url, "the answer to /dev/clock has an unknown shape");
  return found.data;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
