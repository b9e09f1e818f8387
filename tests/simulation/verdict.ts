/** When everything has come to rest: nothing is left, no event was lost, and the model agrees. */
import type { Json, RunRow } from "@stepwell/core";
import { remains } from "./invariants.ts";
import { disagreements, type Observed, type StoredStep } from "./model.ts";
import { cancelComplaints, outsideComplaints } from "./outside.ts";
import { programText } from "./program.ts";
import type { SimFunction } from "./setup.ts";
import { leaderComplaints } from "./told.ts";
import { START, type World } from "./world.ts";

/** Everything that is wrong at the end. */
export async function finalComplaints(world: World): Promise<string[]> {
  return [
    ...remains(world.shadow, new Set()),
    ...eventComplaints(world),
    ...failureComplaints(world),
    ...tickComplaints(world),
    ...cancelComplaints(world),
    ...leaderComplaints(world.shadow.rows, world.invariants.admissions.fates.values()),
    ...(await modelComplaints(world)),
    ...(await copyComplaints(world)),
  ];
}

/** Every acknowledged event is stored and has come to the gates of what listens to it; what they let in is there. */
function eventComplaints(world: World): string[] {
  const { rows } = world.shadow;
  const { fates } = world.invariants.admissions;
  const wrong: string[] = [];
  for (const event of world.events.values()) {
    if (!event.acknowledged) continue;
    if (!rows.events.has(event.id)) wrong.push(`the acknowledged event ${event.id} is lost`);
    for (const fn of world.setup.functions) {
      if (!fn.config.triggers.some((trigger) => "event" in trigger && trigger.event === event.name)) continue;
      const fate = fates.get(`${event.id} ${fn.id}`);
      const what = `event ${event.externalId} (${event.name})`;
      if (fate === undefined) wrong.push(`${what} never came to ${fn.slug}`);
      else if (fate.is === "batched" || fate.is === "filled")
        wrong.push(...batchComplaints(world, fn, event.id));
      else if (
        fate.is !== "debounced" &&
        fate.is !== "nothing" &&
        runsOf(world, fn, event.externalId).length === 0
      )
        wrong.push(`${what} started no run of ${fn.slug}`);
    }
  }
  return wrong;
}

/** What was collected is in exactly one batch of the function. */
function batchComplaints(world: World, fn: SimFunction, eventId: string): string[] {
  const runs = [...world.shadow.rows.runs.values()].filter(
    (run) => run.functionId === fn.id && run.originalRunId === null && run.eventIds.includes(eventId),
  );
  return runs.length === 1 ? [] : [`event ${eventId} is in ${runs.length} batches of ${fn.slug}`];
}

function runsOf(world: World, fn: SimFunction, externalId: string): RunRow[] {
  const { runs, events } = world.shadow.rows;
  return [...runs.values()].filter(
    (run) =>
      run.functionId === fn.id &&
      run.originalRunId === null &&
      events.get(run.eventId)?.externalId === externalId,
  );
}

/** A failed run starts the function that listens to failures exactly once; a run of that one does not. */
function failureComplaints(world: World): string[] {
  const { runs } = world.shadow.rows;
  const listener = world.setup.functions.find((fn) => fn.slug === "sim-failed");
  if (listener === undefined) return [];
  const wrong: string[] = [];
  for (const run of runs.values()) {
    const wanted = run.status === "failed" && run.functionId !== listener.id ? 1 : 0;
    const made = runsOf(world, listener, run.id);
    const got = made.filter(({ status }) => status !== "skipped").length;
    if (got > wanted || (made.length === 0) !== (wanted === 0))
      wrong.push(`run ${run.id} is ${run.status} and started ${got} failure runs, not ${wanted}`);
  }
  return wrong;
}

/** A tick fires once. It may be missed only if no engine could have fired it. */
function tickComplaints(world: World): string[] {
  const wrong: string[] = [];
  const { runs, events } = world.shadow.rows;
  for (const fn of world.setup.functions) {
    const seen = new Set<string>();
    for (const run of runs.values()) {
      if (run.functionId !== fn.id || run.cron === null || run.originalRunId !== null) continue;
      const tick = events.get(run.eventId)?.externalId ?? "no event";
      if (seen.has(tick)) wrong.push(`the tick ${tick} of ${fn.slug} fired twice`);
      seen.add(tick);
    }
    const [trigger] = fn.config.triggers;
    if (trigger === undefined || !("cron" in trigger)) continue;
    const { engines, clock, refuse } = world.setup.faults;
    if (engines !== "calm" || clock || refuse > 0) continue;
    const everyMs = trigger.cron === "* * * * *" ? 60_000 : 300_000;
    for (let at = START + everyMs; at < world.cronUntil; at += everyMs) {
      const tick = new Date(at).toISOString();
      if (!seen.has(tick)) wrong.push(`the tick ${tick} of ${fn.slug} never fired`);
    }
  }
  return wrong;
}

async function modelComplaints(world: World): Promise<string[]> {
  const wrong: string[] = [];
  for (const run of world.shadow.rows.runs.values()) {
    const fn = world.setup.functions.find((one) => one.id === run.functionId);
    const mixed = world.mixed.has(run.id) || (run.originalRunId !== null && world.setup.faults.deploy);
    if (fn === undefined || mixed) continue;
    const about = { maxAttempts: fn.config.maxAttempts, waitsForLosers: fn.manners.sdk === 4 };
    const found = await disagreements(fn.program, observed(world, run), about);
    wrong.push(
      ...found.map((text) => `run ${run.id.slice(-5)} of ${fn.slug}, ${programText(fn.program)}: ${text}`),
    );
  }
  return wrong;
}

function observed(world: World, run: RunRow): Observed {
  const { steps, payloads, events } = world.shadow.rows;
  const value = (name: string): Json => payloads.get(`${run.id}|${name}`)?.value ?? null;
  const stored = [...steps.values()].filter((step) => step.runId === run.id).sort((a, b) => a.ord - b.ord);
  return {
    status: run.status,
    output: value("output"),
    steps: stored.map((step): StoredStep => {
      const status = step.status;
      return {
        hash: step.id,
        status,
        result: value(`step:${step.id}`),
        queuedAt: step.queuedAt,
        endedAt: step.endedAt,
      };
    }),
    bodies: world.bodies.get(run.id) ?? new Map(),
    disturbed: world.disturbed.has(run.id) || world.invariants.lost.has(run.id),
    eventAt: events.get(run.eventId)?.ts ?? 0,
    copied: copiedSteps(world, run),
    outside: (leaf, step) => outsideComplaints(world, run, leaf, step),
  };
}

/** Steps of a rerun that ended before it was made. */
function copiedSteps(world: World, run: RunRow): Set<string> {
  if (run.originalRunId === null) return new Set();
  const { steps } = world.shadow.rows;
  return new Set(
    [...steps.values()]
      .filter(
        (step) =>
          step.runId === run.id &&
          steps.has(`${run.originalRunId}|${step.id}`) &&
          step.endedAt === steps.get(`${run.originalRunId}|${step.id}`)?.endedAt,
      )
      .map((step) => step.id),
  );
}

/** The shadow is only as good as it is equal to the store. */
async function copyComplaints(world: World): Promise<string[]> {
  const wrong: string[] = [];
  for (const run of world.shadow.rows.runs.values()) {
    const stored = await world.store.read.run(run.id);
    if (stored?.status !== run.status || stored.endedAt !== run.endedAt)
      wrong.push(`the copy of run ${run.id} is not what the store has`);
  }
  return wrong;
}
