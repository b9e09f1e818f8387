/** Plays a scene and writes down what the engine did, as the HTTP API and the app's requests show it. */
import type { EventMoment, Scene } from "./scenes.ts";
import { type Ask, openStage, type RequestSeen, type Span, START } from "./stage.ts";

/** All times are seconds of the scene. */
export interface RecordedRun {
  status: string;
  queuedAt: number;
  endedAt: number | null;
  /** Its events, in order: where they stand in the scene. */
  events: number[];
  requests: Span[];
  sleeps: Span[];
}
export interface Recording {
  runs: RecordedRun[];
  /** Per event of the scene: what the API says became of it. */
  outcomes: string[];
  /** What `stepwell why` answered to the question of the scene; empty: it has none. */
  answer: string;
}

/** Plays the scene. @param seed of ids and dice; a recording is the same for the same seed */
export async function record(scene: Scene, seed = 1): Promise<Recording> {
  const stage = await openStage(scene.functions, seed);
  const { ask } = stage;
  const ids: string[] = [];
  let answer = "";
  const questions = scene.question === undefined ? [] : [scene.question];
  for (const moment of [...scene.moments, ...questions].sort((a, b) => a.at - b.at)) {
    await stage.moveTo(moment.at);
    if ("why" in moment) answer = await whyOf(ask, ids[moment.why] ?? "");
    else if ("verb" in moment) await ask("POST", `/v2/functions/shop-${moment.of}/${moment.verb}`);
    else ids.push(await send(ask, moment));
  }
  await stage.moveTo(scene.until);
  const outcomes: string[] = [];
  for (const id of ids) outcomes.push((await outcomeOf(ask, id)).outcome);
  const runs = await readRuns(ask, ids, stage.requests);
  await stage.close();
  return { runs, outcomes, answer };
}

async function send(ask: Ask, { event, data }: EventMoment): Promise<string> {
  const { ids } = (await ask("POST", "/e/key", { name: event, data })) as { ids: [string] };
  return ids[0];
}

interface Outcome {
  outcome: string;
  run_id: string | null;
  message: string;
}

async function outcomeOf(ask: Ask, eventId: string): Promise<Outcome> {
  const { data } = (await ask("GET", `/v1/events/${eventId}`)) as { data: { outcomes: [Outcome] } };
  return data.outcomes[0];
}

/** What an event's run waits for, or else what became of the event. */
async function whyOf(ask: Ask, eventId: string): Promise<string> {
  const { run_id, message } = await outcomeOf(ask, eventId);
  if (run_id === null) return message;
  const { data } = (await ask("GET", `/v1/runs/${run_id}`)) as { data: { waiting?: { message: string }[] } };
  const waiting = (data.waiting ?? []).map((reason) => reason.message);
  return waiting.length === 0 ? message : waiting.join("\n");
}

interface RunSeen {
  id: string;
  status: string;
  trigger: { eventIds: string[] };
  queuedAt: string;
  endedAt: string | null;
}
interface SpanSeen {
  stepOp: string | null;
  startedAt: string;
  endedAt: string | null;
}

const second = (time: string): number => (Date.parse(time) - START) / 1000;

async function readRuns(
  ask: Ask,
  ids: readonly string[],
  requests: readonly RequestSeen[],
): Promise<RecordedRun[]> {
  const { data } = (await ask("GET", "/v2/runs?order=ASC&limit=100")) as { data: RunSeen[] };
  const runs: RecordedRun[] = [];
  for (const { id, status, trigger, queuedAt, endedAt } of data)
    runs.push({
      status,
      queuedAt: second(queuedAt),
      endedAt: endedAt === null ? null : second(endedAt),
      events: trigger.eventIds.map((eventId) => ids.indexOf(eventId)),
      requests: requests.filter(({ runId }) => runId === id).map(({ from, to }) => ({ from, to })),
      sleeps: await sleepsOf(ask, id),
    });
  return runs;
}

async function sleepsOf(ask: Ask, runId: string): Promise<Span[]> {
  const { data } = (await ask("GET", `/v2/runs/${runId}/trace`)) as {
    data: { rootSpan: { children: SpanSeen[] } };
  };
  return data.rootSpan.children
    .filter(({ stepOp }) => stepOp === "SLEEP")
    .map(({ startedAt, endedAt }) => ({
      from: second(startedAt),
      to: endedAt === null ? Number.POSITIVE_INFINITY : second(endedAt),
    }));
}
