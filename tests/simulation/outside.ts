/**
 * What the world did to a run, judged by semantics.md §6.9, §6.10, §7.3–§7.5: an event, a signal, a child
 * or a timeout must be there for each result that did not come from the run's own code, and for each cancel.
 */
import type { EventRow, Json, RunRow } from "@stepwell/core";
import type { StoredStep } from "./model.ts";
import { hashOf, type Leaf, WAIT_TESTS } from "./program.ts";
import type { World } from "./world.ts";

/** How long an engine may take to handle what is due; refusals of the store are tried again. */
const PROMPT_MS = 10_000;
const PROMPT_WITH_REFUSALS_MS = 120_000;

type Data = { [key: string]: Json };

/** What can happen must happen within this time; null: in a world with crashes and jumping clocks nothing can be said. */
function promptly({ setup: { faults } }: World): number | null {
  if (faults.engines !== "calm" || faults.clock) return null;
  return faults.refuse > 0 ? PROMPT_WITH_REFUSALS_MS : PROMPT_MS;
}

export function outsideComplaints(world: World, run: RunRow, leaf: Leaf, step: StoredStep): string[] {
  const result = step.result as { data?: Json; error?: { message: string } } | null;
  if (leaf.do === "wait")
    return waitComplaints(world, run, leaf, step, (result?.data ?? null) as Data | null);
  if (leaf.do === "signal") return signalComplaints(world, leaf, step, (result?.data ?? null) as Data | null);
  if (leaf.do === "invoke") return invokeComplaints(world, run, leaf, step, result);
  if (leaf.do === "fetch") return fetchComplaints(world, run, leaf, result);
  return [];
}

function fetchComplaints(
  world: World,
  run: RunRow,
  leaf: Extract<Leaf, { do: "fetch" }>,
  result: { data?: Json; error?: { message: string } } | null,
): string[] {
  const fn = world.setup.functions.find((one) => one.id === run.functionId);
  const places = [run.id, run.originalRunId].map((id) => `${id}/${leaf.id}`);
  const asked = places.map((place) => world.fetches.get(place)).find((count) => count !== undefined);
  if (asked === undefined || fn === undefined)
    return [`the fetch ${leaf.id} has a result, but nobody was asked`];
  if (result?.error !== undefined)
    return asked.failed >= fn.config.maxAttempts
      ? []
      : [`the fetch ${leaf.id} failed after ${asked.failed} attempts`];
  const data = result?.data as { status_code?: number; body?: string } | undefined;
  const isRight =
    data?.status_code === leaf.status && places.some((place) => data.body === `you asked for ${place}`);
  return isRight ? [] : [`the fetch ${leaf.id} gave ${JSON.stringify(result)}`];
}

function early(leaf: { id: string; seconds: number }, step: StoredStep): string[] {
  const leftMs = step.queuedAt + leaf.seconds * 1000 - step.endedAt;
  return leftMs > 0 ? [`step ${leaf.id} timed out ${leftMs} ms early`] : [];
}

function keyOf(world: World, eventId: string): Json {
  const body = world.shadow.rows.payloads.get(`${eventId}|event`)?.value as { data?: Data } | undefined;
  return body?.data?.["k"] ?? null;
}

function waitComplaints(
  world: World,
  run: RunRow,
  leaf: Extract<Leaf, { do: "wait" }>,
  step: StoredStep,
  got: Data | null,
): string[] {
  const fits = (event: EventRow): boolean =>
    event.name === leaf.event &&
    WAIT_TESTS[leaf.test].holds(keyOf(world, run.eventId), keyOf(world, event.id));
  const events = [...world.shadow.rows.events.values()].filter(fits);
  if (got !== null) {
    const since = [run.id, run.originalRunId]
      .map((id) => world.waitsSince.get(`${id}|${step.hash}`))
      .find((seq) => seq !== undefined);
    const event = events.find((one) => one.externalId === got["id"] && one.seq > (since ?? 0));
    return event === undefined
      ? [`the wait ${leaf.id} got ${JSON.stringify(got)}, which it did not wait for`]
      : [];
  }
  const promptMs = promptly(world);
  if (promptMs === null) return early(leaf, step);
  const until = step.queuedAt + leaf.seconds * 1000;
  const missed = events.find((one) => one.receivedAt > step.queuedAt && one.receivedAt < until - promptMs);
  const wrong =
    missed === undefined
      ? []
      : [`the wait ${leaf.id} timed out, though event ${missed.externalId} came in time`];
  return [...early(leaf, step), ...wrong];
}

function signalComplaints(
  world: World,
  leaf: Extract<Leaf, { do: "signal" }>,
  step: StoredStep,
  got: Data | null,
): string[] {
  if (got === null) return early(leaf, step);
  const sent = world.signals.get(Number(got["data"]));
  return got["signal"] === leaf.signal && sent === leaf.signal
    ? []
    : [`the step ${leaf.id} got the signal ${JSON.stringify(got)}`];
}

function invokeComplaints(
  world: World,
  run: RunRow,
  leaf: Extract<Leaf, { do: "invoke" }>,
  step: StoredStep,
  result: { data?: Json; error?: { message: string } } | null,
): string[] {
  const message = result?.error?.message ?? "";
  if (leaf.slug === "sim-nobody")
    return /could not find function/i.test(message)
      ? []
      : [`the invoke ${leaf.id} of nobody gave ${JSON.stringify(result)}`];
  const children = childrenOf(world, run, leaf);
  if (/timed out/.test(message))
    return leaf.seconds === null
      ? [`the invoke ${leaf.id} timed out`]
      : early({ id: leaf.id, seconds: leaf.seconds }, step);
  const [child] = children;
  if (child === undefined || children.length > 1)
    return [`the invoke ${leaf.id} made ${children.length} runs`];
  const output = world.shadow.rows.payloads.get(`${child.id}|output`)?.value as
    | { data?: Json; error?: { message: string } }
    | undefined;
  if (child.status === "cancelled" && result?.error !== undefined) return [];
  if (child.status === "failed" && message === output?.error?.message) return [];
  if (child.status === "completed" && JSON.stringify(result?.data) === JSON.stringify(output?.data))
    return [];
  return [
    `the invoke ${leaf.id} gave ${JSON.stringify(result)}, its child is ${child.status} with ${JSON.stringify(output)}`,
  ];
}

/** The runs that a step invoked, by its correlation id (§1.1); a copied step's are those of the run it was copied from. */
function childrenOf(world: World, run: RunRow, leaf: Leaf): RunRow[] {
  const { runs, payloads } = world.shadow.rows;
  for (let from: RunRow | undefined = run; from !== undefined; from = runs.get(from.originalRunId ?? "")) {
    const wanted = `${from.id}.${hashOf(leaf.id)}`;
    const found = [...runs.values()].filter((one) => {
      const body = payloads.get(`${one.eventId}|event`)?.value as
        | { data?: { _inngest?: { correlation_id?: string } } }
        | undefined;
      return one.originalRunId === null && body?.data?._inngest?.correlation_id === wanted;
    });
    if (found.length > 0) return found;
  }
  return [];
}

/** A run is cancelled for a reason; and what must cancel it does. */
export function cancelComplaints(world: World): string[] {
  const wrong: string[] = [];
  const promptMs = promptly(world);
  for (const run of world.shadow.rows.runs.values()) {
    const fn = world.setup.functions.find((one) => one.id === run.functionId);
    if (fn === undefined || run.endedAt === null) continue;
    const { startMs = 0, finishMs = 0 } = fn.config.timeouts ?? {};
    const startBy = startMs > 0 ? run.queuedAt + startMs : Number.POSITIVE_INFINITY;
    const finishBy =
      finishMs > 0 && run.startedAt !== null ? run.startedAt + finishMs : Number.POSITIVE_INFINITY;
    const stops = fn.config.cancelOn === undefined ? [] : stopsOf(world, run);
    const reasons =
      run.endedAt >= Math.min(run.startedAt === null ? startBy : finishBy, finishBy) ||
      stops.length > 0 ||
      world.cancelled.has(run.id);
    if (run.status === "cancelled" && !reasons)
      wrong.push(`run ${run.id} of ${fn.slug} was cancelled for no reason`);
    if (promptMs === null) continue;
    if ((run.startedAt ?? run.endedAt) > startBy + promptMs)
      wrong.push(`run ${run.id} of ${fn.slug} missed its start deadline and went on`);
    if (run.endedAt > finishBy + promptMs)
      wrong.push(`run ${run.id} of ${fn.slug} missed its finish deadline and went on`);
    const ended = run.endedAt;
    if (stops.some((event) => event.receivedAt < ended - promptMs))
      wrong.push(`run ${run.id} of ${fn.slug} was not cancelled by its event`);
  }
  return wrong;
}

/** Events that cancel a run: received after it was made, of the same key. */
function stopsOf(world: World, run: RunRow): EventRow[] {
  return [...world.shadow.rows.events.values()].filter(
    (event) =>
      event.name === "t/stop" && event.seq > run.seq && keyOf(world, event.id) === keyOf(world, run.eventId),
  );
}
