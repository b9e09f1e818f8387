/**
 * What the world did to a run, judged by semantics.md §6.9, §6.10, §7.3–§7.5: an event, a signal, a child
 * or a timeout must be there for each result that did not come from the run's own code, and for each cancel.
 */
import type { EventRow, Json, RunRow } from "@stepwell/core";
import type { Fate } from "./admission-watch.ts";
import { limitedBy } from "./cells.ts";
import type { StoredStep } from "./model.ts";
import { hashOf, type Leaf, WAIT_TESTS } from "./program.ts";
import type { SimFunction } from "./setup.ts";
import { promptMs, type World } from "./world.ts";

const YEAR_SECONDS = 365 * 86_400;
/** Who is refused hears of it, also over a crash or two. */
const TELLING_MS = 400_000;

type Data = { [key: string]: Json };

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
  const slackMs = promptMs(world.setup.faults);
  if (slackMs === null) return early(leaf, step);
  const until = step.queuedAt + leaf.seconds * 1000;
  const missed = events.find((one) => one.receivedAt > step.queuedAt && one.receivedAt < until - slackMs);
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
  const { fate, children } = childrenOf(world, run, leaf);
  const [child] = children;
  // Only who is merged into a newer event hears nothing (§7.5).
  if (/timed out/.test(message)) {
    const isRefused = child?.status === "skipped" || (fate?.is === "nothing" && fate.why === "limited");
    const askedAt = world.shadow.rows.events.get(fate?.eventId ?? "")?.receivedAt ?? step.endedAt;
    if (isRefused && step.endedAt - askedAt > TELLING_MS)
      return [`the invoke ${leaf.id} timed out, and nobody told it that it was refused`];
    return leaf.seconds === null && child !== undefined
      ? [`the invoke ${leaf.id} timed out`]
      : early({ id: leaf.id, seconds: leaf.seconds ?? YEAR_SECONDS }, step);
  }
  if (/rate limited/.test(message) && fate?.is === "nothing") return [];
  if (child === undefined || children.length > 1)
    return [`the invoke ${leaf.id} made ${children.length} runs and gave ${JSON.stringify(result)}`];
  if (child.status === "skipped" && /skipped: (Function|Singleton)/.test(message)) return [];
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

/** What a step invoked, by its correlation id (§1.1); a copied step's is that of the run it was copied from. */
function childrenOf(world: World, run: RunRow, leaf: Leaf): { fate: Fate | undefined; children: RunRow[] } {
  const { runs, payloads, events } = world.shadow.rows;
  const callee = world.setup.functions.find(({ slug }) => "slug" in leaf && slug === leaf.slug)?.id ?? "";
  for (let from: RunRow | undefined = run; from !== undefined; from = runs.get(from.originalRunId ?? "")) {
    const wanted = `${from.id}.${hashOf(leaf.id)}`;
    const invoked = [...events.keys()].find((id) => {
      const body = payloads.get(`${id}|event`)?.value as
        | { data?: { _inngest?: { correlation_id?: string; fn_id?: string } } }
        | undefined;
      const routing = body?.data?._inngest;
      return routing?.correlation_id === wanted && routing.fn_id !== undefined;
    });
    if (invoked === undefined) continue;
    const children = [...runs.values()].filter(
      (one) => one.originalRunId === null && one.functionId === callee && one.eventIds.includes(invoked),
    );
    return { fate: world.invariants.admissions.fates.get(`${invoked} ${callee}`), children };
  }
  return { fate: undefined, children: [] };
}

/** A run is cancelled for a reason; and what must cancel it does. */
export function cancelComplaints(world: World): string[] {
  const wrong: string[] = [];
  const slackMs = promptMs(world.setup.faults);
  for (const run of world.shadow.rows.runs.values()) {
    const fn = world.setup.functions.find((one) => one.id === run.functionId);
    if (fn === undefined || run.endedAt === null) continue;
    const { startMs = 0, finishMs = 0 } = fn.config.timeouts ?? {};
    // Batches have waited on purpose (§6.1).
    const startBy = startMs > 0 && run.batchId === null ? run.queuedAt + startMs : Number.POSITIVE_INFINITY;
    const finishBy =
      finishMs > 0 && run.startedAt !== null ? run.startedAt + finishMs : Number.POSITIVE_INFINITY;
    const stops = fn.config.cancelOn === undefined ? [] : stopsOf(world, run);
    const reasons =
      run.endedAt >= Math.min(run.startedAt === null ? startBy : finishBy, finishBy) ||
      stops.length > 0 ||
      isReplaced(world, fn, run) ||
      world.cancelled.has(run.id);
    if (run.status === "cancelled" && !reasons)
      wrong.push(`run ${run.id} of ${fn.slug} was cancelled for no reason`);
    if (slackMs === null) continue;
    if ((run.startedAt ?? run.endedAt) > startBy + slackMs)
      wrong.push(`run ${run.id} of ${fn.slug} missed its start deadline and went on`);
    if (run.endedAt > finishBy + slackMs)
      wrong.push(`run ${run.id} of ${fn.slug} missed its finish deadline and went on`);
    const ended = run.endedAt;
    if (stops.some((event) => event.receivedAt < ended - slackMs))
      wrong.push(`run ${run.id} of ${fn.slug} was not cancelled by its event`);
  }
  return wrong;
}

/** A singleton that replaces has made, or skipped, a newer run of the same key (§6.8). */
function isReplaced(world: World, fn: SimFunction, run: RunRow): boolean {
  const rule = fn.config.singleton;
  if (rule?.mode !== "cancel") return false;
  const text = (one: RunRow): string | null => limitedBy(rule.key, keyOf(world, one.eventId));
  return [...world.shadow.rows.runs.values()].some(
    (one) => one.functionId === run.functionId && one.seq > run.seq && text(one) === text(run),
  );
}

/** Events that cancel a run: received after it was made, of the same key. */
function stopsOf(world: World, run: RunRow): EventRow[] {
  return [...world.shadow.rows.events.values()].filter(
    (event) =>
      event.name === "t/stop" && event.seq > run.seq && keyOf(world, event.id) === keyOf(world, run.eventId),
  );
}
