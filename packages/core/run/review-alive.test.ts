/** A run that has not ended always has something that will wake it: a call, a lease, a timer or a request (seeded storm). */
import { expect, test } from "vitest";
import type { Op, RunInput } from "../model/op.ts";
import type { CallSpec, LeaseRow, WaitRow, WakeRow } from "../model/queue.ts";
import type { RunState, StepRow } from "../model/run.ts";
import { decide } from "./decide.ts";
import type { Effect } from "./effects.ts";
import { aboutOf, DAY_MS, fresh, momentAt, named, ops, run } from "./fixtures/samples.ts";

interface Storm {
  now: number;
  ids: number;
  state: RunState | null;
  steps: Map<string, StepRow>;
  wakes: WakeRow[];
  leases: LeaseRow[];
  waits: WaitRow[];
}

function createDice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function step(storm: Storm, input: RunInput, lease: LeaseRow | null, maxSteps: number): void {
  const moment = { ...momentAt(storm.now), id: () => `n${(storm.ids += 1)}` };
  const signals = new Map([["s", storm.waits.filter(({ kind }) => kind === "signal")]]);
  const about = aboutOf(lease, {
    maxSteps,
    maxStateBytes: 1e9,
    invocable: (id) => (id === "known" ? "G" : null),
    signals,
  });
  const decision = decide(
    { run, state: storm.state, steps: storm.steps, wakes: storm.wakes },
    input,
    about,
    moment,
  );
  storm.state = decision.state;
  for (const effect of decision.effects) apply(storm, effect);
}

function apply(storm: Storm, effect: Effect): void {
  const add = (job: WakeRow["job"], lane: string | null, dueAt: number): void => {
    storm.wakes.push({ id: `w${(storm.ids += 1)}`, job, runId: "R", lane, score: 0, dueAt });
  };
  if (effect.do === "storeStep") storm.steps.set(effect.step.id, effect.step);
  if (effect.do === "call")
    add(
      effect.dueAt === null ? { kind: "call", call: effect.call } : { kind: "later-call", call: effect.call },
      effect.dueAt === null ? "F:step" : null,
      effect.dueAt ?? storm.now,
    );
  if (effect.do === "later") add(effect.job, null, effect.dueAt);
  if (effect.do === "dropWake") storm.wakes = storm.wakes.filter(({ id }) => id !== effect.wakeId);
  if (effect.do === "wait") storm.waits.push({ ...effect.row, seq: 1 });
  if (effect.do === "dropWait") storm.waits = storm.waits.filter(({ id }) => id !== effect.waitId);
  if (effect.do === "invoke") {
    const step = String(
      (effect.event.body.data?._inngest as { correlation_id: string }).correlation_id,
    ).slice(2);
    add({ kind: "child-ended", step, childId: "c", eventId: "e" }, null, storm.now + 5);
  }
}

function opOf(dice: (below: number) => number): Op {
  const id = `s${dice(12)}`;
  const base = named(id);
  const race = dice(10) === 0;
  const all: (() => Op)[] = [
    () => ({ op: "StepRun", data: 1, ...base }),
    () => ({ op: "StepPlanned", race, ...base }),
    () => ({ op: "StepPlanned", race, ...base }),
    () => ({ op: "StepError", error: { name: "E", message: "m" }, ...base }),
    () => ({ op: "StepFailed", error: { name: "E", message: "m" }, ...base }),
    () => ({ op: "Sleep", name: "1h", race, ...base }),
    () => ({ op: "WaitForEvent", event: "t/w", timeout: "1h", if: null, race, ...base }),
    () => ({ op: "WaitForSignal", signal: "s", timeout: "1h", replace: true, race, ...base }),
    () => ({
      op: "InvokeFunction",
      function: dice(2) ? "known" : "none",
      payload: { data: {} },
      timeout: "1h",
      race,
      ...base,
    }),
    () => ({
      op: "Gateway",
      request: { method: "GET", url: "http://h/", headers: {}, body: null },
      race,
      ...base,
    }),
    () => ({ op: "DiscoveryRequest", ...base }),
  ];
  return (all[dice(all.length)] ?? all[0])?.() as Op;
}

function answerOf(target: string | null, dice: (below: number) => number) {
  if (target !== null && dice(4) > 0) return ops({ op: "StepRun", data: 1, ...named(target) });
  const answer = ops(...Array.from({ length: dice(4) }, () => opOf(dice)));
  const requestVersion = ([null, 1, 2, 2] as const)[dice(4)] ?? null;
  return {
    ...answer,
    requestVersion,
    retry: dice(4) === 0 ? ({ is: "never" } as const) : ({ is: "default" } as const),
  };
}

/** One thing that may happen now, or null when nothing ever will. */
function turn(storm: Storm, dice: (below: number) => number, maxSteps: number): boolean {
  const lease = storm.leases[dice(Math.max(1, storm.leases.length))];
  const queued = storm.wakes.filter(({ lane }) => lane !== null);
  const later = storm.wakes.filter(({ lane }) => lane === null).toSorted((a, b) => a.dueAt - b.dueAt);
  const [due] = later;
  const choice = dice(5);
  if (queued[0] !== undefined && (choice < 2 || (lease === undefined && due === undefined))) {
    const wake = queued[dice(queued.length)] ?? queued[0];
    storm.wakes = storm.wakes.filter((one) => one !== wake);
    const call = (wake.job as { call: CallSpec }).call;
    storm.leases.push({
      id: `l${(storm.ids += 1)}`,
      pool: "F",
      runId: "R",
      lane: "F:step",
      score: 0,
      cells: [],
      node: "n",
      freed: false,
      call,
      at: storm.now,
    });
    return true;
  }
  if (lease !== undefined && (choice < 4 || due === undefined)) {
    if (lease.call.target === null && dice(5) === 0) {
      step(
        storm,
        { is: "checkpointed", ops: [{ op: "StepRun", data: 1, ...named(`s${dice(12)}`) }] },
        lease,
        maxSteps,
      );
      return true;
    }
    storm.leases = storm.leases.filter((one) => one !== lease);
    if (dice(10) === 0) step(storm, { is: "lost" }, lease, maxSteps);
    else step(storm, { is: "answered", answer: answerOf(lease.call.target, dice) }, lease, maxSteps);
    return true;
  }
  if (due === undefined) return false;
  storm.now = Math.max(storm.now, due.dueAt);
  const { job } = due;
  if (job.kind === "child-ended")
    step(
      storm,
      {
        is: "childEnded",
        wakeId: due.id,
        step: job.step,
        child: { runId: "c", eventId: "e", status: "completed", output: { data: 1 } },
      },
      null,
      maxSteps,
    );
  else if (job.kind === "fetch")
    step(
      storm,
      {
        is: "fetched",
        wakeId: due.id,
        step: job.step,
        attempt: job.attempt,
        fetched: dice(3) ? { data: 1 } : { error: { name: "E", message: "m" }, retry: { is: "default" } },
      },
      null,
      maxSteps,
    );
  else step(storm, { is: "woke", wakeId: due.id }, null, maxSteps);
  return true;
}

function discoveries(storm: Storm): number {
  const calls = storm.wakes.flatMap(({ job }) => ("call" in job ? [job.call] : []));
  return [...calls, ...storm.leases.map(({ call }) => call)].filter(({ target }) => target === null).length;
}

test.each(Array.from({ length: 400 }, (_, seed) => seed + 1))("seed %i", (seed) => {
  const dice = createDice(seed * 7919);
  const maxSteps = [1000, 3, 5][seed % 3] ?? 1000;
  const storm: Storm = {
    now: DAY_MS,
    ids: 0,
    state: { ...fresh, requestVersion: -1 },
    steps: new Map(),
    wakes: [],
    leases: [],
    waits: [],
  };
  apply(storm, { do: "call", call: { target: null, attempt: 0, generation: 1 }, dueAt: null, score: 0 });
  for (let i = 0; i < 200 && storm.state !== null; i += 1) {
    const before = JSON.stringify(storm.state);
    const alive = turn(storm, dice, maxSteps);
    expect(alive, `nothing will ever wake the run: ${JSON.stringify(storm.state)}`).toBe(true);
    if (storm.state === null) return;
    expect(
      discoveries(storm),
      `discoveries of ${JSON.stringify(storm.state)} after ${before}`,
    ).toBeLessThanOrEqual(1);
    for (const [id, open] of Object.entries(storm.state.open)) {
      const woken =
        storm.wakes.some(
          ({ job }) => ("step" in job && job.step === id) || ("call" in job && job.call.target === id),
        ) || storm.leases.some(({ call }) => call.target === id);
      expect(woken, `${id} (${open.op}) is open and nothing will end it`).toBe(true);
    }
    if (Object.keys(storm.state.open).length === 0)
      expect(
        discoveries(storm) + storm.leases.length,
        `no discovery: ${JSON.stringify(storm.state)}`,
      ).toBeGreaterThan(0);
  }
});
