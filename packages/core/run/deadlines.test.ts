/** `timeouts.start` and `timeouts.finish` (semantics §6.9), judged by the configuration of the moment. */
import { describe, expect, test } from "vitest";
import type { RunRow } from "../model/run.ts";
import { missedDeadline } from "./deadlines.ts";
import { begin } from "./decide.ts";
import {
  answered,
  effectsOf,
  ending,
  fresh,
  type Given,
  happened,
  laters,
  laterWake,
  momentAt,
  NOW,
  opened,
  ops,
  plan,
  run,
} from "./fixtures/samples.ts";

const queued: Partial<RunRow> = { status: "queued", queuedAt: NOW - 3000, startedAt: null };
const running: Partial<RunRow> = { status: "running", queuedAt: 1, startedAt: NOW - 3000 };
const startWake = laterWake("start", { kind: "deadline", which: "start" });
const finishWake = laterWake("finish", { kind: "deadline", which: "finish" });
const due = (which: "start" | "finish", given: Given) =>
  happened(
    { is: "woke", wakeId: which },
    { wakes: [startWake, finishWake], run: which === "start" ? queued : running, ...given },
  );

describe("a deadline is due", () => {
  test.each<["start" | "finish", object, RegExp]>([
    ["start", { startMs: 3000 }, /had not started 3 s after it was queued \(timeouts.start\)/],
    ["finish", { finishMs: 3000 }, /had not finished 3 s after its start \(timeouts.finish\)/],
    ["start", { startMs: 1 }, /had not started 0.001 s/],
  ])("K-1, K-3: timeouts.%s %j cancels the run", (which, timeouts, message) => {
    const decision = due(which, { about: { timeouts } });
    expect(ending(decision)).toMatchObject({
      status: "cancelled",
      output: { data: { name: "Cancelled", message: expect.stringMatching(message) } },
    });
    expect(effectsOf(decision, "send").map(({ event }) => event.name)).toEqual([
      "inngest/function.finished",
      "inngest/function.cancelled",
    ]);
    expect(decision.state).toBeNull();
  });

  test.each<["start" | "finish", object, number]>([
    ["start", { startMs: 3001 }, NOW + 1],
    ["finish", { finishMs: 60_000 }, NOW + 57_000],
  ])("%s: one that the configuration %j has moved is set again", (which, timeouts, dueAt) => {
    const decision = due(which, { about: { timeouts } });
    expect(laters(decision)).toEqual([{ job: { kind: "deadline", which }, dueAt }]);
    expect(effectsOf(decision, "dropWake")).toEqual([{ do: "dropWake", wakeId: which }]);
    expect(ending(decision)).toBeUndefined();
  });

  test.each<["start" | "finish", object]>([
    ["start", {}],
    ["start", { finishMs: 1 }],
    ["start", { startMs: 0 }],
    ["finish", {}],
    ["finish", { startMs: 1 }],
  ])("%s: one that the configuration %j no longer has only goes away", (which, timeouts) =>
    expect(due(which, { about: { timeouts } }).effects).toEqual([{ do: "dropWake", wakeId: which }]),
  );

  test("a start deadline does not touch a run that has begun", () =>
    expect(due("start", { run: running, about: { timeouts: { startMs: 1 } } }).effects).toEqual([
      { do: "dropWake", wakeId: "start" },
    ]));

  test("the run of a batch has no start deadline, and a finish deadline like others (semantics §6.1)", () => {
    const batch = { ...queued, batchId: "01HBATCH" };
    expect(missedDeadline({ ...run, ...batch }, { startMs: 1 }, NOW)).toBeNull();
    expect(missedDeadline({ ...run, ...batch, batchId: null }, { startMs: 1 }, NOW)).not.toBeNull();
    expect(missedDeadline({ ...run, ...running, batchId: "01HBATCH" }, { finishMs: 1 }, NOW)).not.toBeNull();
  });

  test("a finish deadline cancels a run that waits, sleeps or is called", () => {
    const open = { ...opened("Sleep", "z"), ...opened("WaitForEvent", "w"), ...opened("StepPlanned", "a") };
    const decision = due("finish", { about: { timeouts: { finishMs: 1 } }, state: { open, group: 3 } });
    expect(ending(decision)?.status).toBe("cancelled");
  });
});

describe("the first request begins", () => {
  const seen = { run: { ...run, ...queued }, state: fresh, steps: new Map(), wakes: [startWake] };

  test("the start deadline is met and goes; the finish deadline is set from here", () =>
    expect(begin(seen, { timeouts: { startMs: 5, finishMs: 4000 } }, momentAt())).toEqual([
      { do: "start" },
      { do: "dropWake", wakeId: "start" },
      { do: "later", job: { kind: "deadline", which: "finish" }, dueAt: NOW + 4000 },
    ]));

  test("without a finish timeout there is no wake", () => {
    expect(begin(seen, { timeouts: {} }, momentAt())).toEqual([
      { do: "start" },
      { do: "dropWake", wakeId: "start" },
    ]);
    expect(begin({ ...seen, wakes: [] }, { timeouts: { finishMs: 0 } }, momentAt())).toEqual([
      { do: "start" },
    ]);
  });

  test("only a deadline goes: a queued call stays", () => {
    const call = {
      ...laterWake("q", { kind: "later-call", call: { target: null, attempt: 0, generation: 1 } }),
    };
    expect(begin({ ...seen, wakes: [call] }, { timeouts: {} }, momentAt())).toEqual([{ do: "start" }]);
  });

  test("a run that has begun begins no second time", () =>
    expect(begin({ ...seen, run }, { timeouts: { finishMs: 4000 } }, momentAt())).toEqual([]));

  test("an answer begins the run when nothing did before", () => {
    const about = { timeouts: { finishMs: 4000 } };
    const decision = answered(ops(plan("a")), { run: queued, about, wakes: [startWake] });
    expect(decision.effects.slice(0, 3).map((effect) => effect.do)).toEqual(["start", "dropWake", "later"]);
  });
});

describe("before each request both deadlines are looked at", () => {
  test.each<[string, Partial<RunRow>, object, "start" | "finish" | null]>([
    ["a queued run in time", queued, { startMs: 3001 }, null],
    ["a queued run at its deadline", queued, { startMs: 3000 }, "start"],
    ["a queued run has no finish deadline", queued, { finishMs: 1 }, null],
    ["a running run in time", running, { finishMs: 3001 }, null],
    ["a running run at its deadline", running, { finishMs: 3000 }, "finish"],
    ["a running run has met its start deadline", running, { startMs: 1 }, null],
    ["no timeouts", running, {}, null],
    ["zero is none", running, { startMs: 0, finishMs: 0 }, null],
  ])("%s", (_case, row, timeouts, which) => {
    const missed = missedDeadline({ ...run, ...row }, timeouts, NOW);
    expect(missed?.which ?? null).toBe(which);
    if (which !== null) expect(missed?.cause).toContain(`timeouts.${which}`);
  });
});
