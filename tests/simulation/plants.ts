/** Bugs to plant, apart from those in flow control (`flow-plants.ts`). */
import { flowPlants } from "./flow-plants.ts";
import { one, type Plant } from "./plant.ts";

export const plants: readonly Plant[] = [
  one(
    "the fence is forgotten: an answer on a lost lease is settled",
    "engine/settle.ts",
    'if (held === null || held.freed || held.node !== lease.node) return { write: [], reply: "stale" };\n    if (seen.run === null || seen.run.state === null) {\n      // Granted',
    "if (seen.run === null || seen.run.state === null) {\n      // Granted",
  ),
  one(
    "a freed lease still settles",
    "engine/settle.ts",
    "if (held === null || held.freed || held.node !== lease.node)",
    "if (held === null || held.node !== lease.node)",
  ),
  one(
    "a grant counts its slot twice",
    "core/flow/capacity-room.ts",
    "used.set(cell, (used.get(cell) ?? 0) + 1);",
    "used.set(cell, (used.get(cell) ?? 0) + 2);",
  ),
  one(
    "a slot is never given back",
    "core/flow/capacity.ts",
    "for (const cell of lease.cells) used.set(cell, (used.get(cell) ?? 0) - 1);",
    "",
  ),
  one(
    "a full cell is granted once more",
    "core/flow/capacity-room.ts",
    "(used.get(cell) ?? 0) >= limits.of(cell, functionId)",
    "(used.get(cell) ?? 0) > limits.of(cell, functionId)",
  ),
  one(
    "the wake of a next call is dropped",
    "core/run/record.ts",
    'changes.push({ insert: "wakes", row });',
    "",
  ),
  one(
    "the nudge of a next call is lost",
    "core/run/record.ts",
    "nudges.set(lane, { score: Math.min(score, nudges.get(lane)?.score ?? score), cells });",
    "",
  ),
  one(
    "a lost call is not queued again",
    "core/run/decide.ts",
    'draft.effects.push({ do: "call", call, dueAt: null, score: lease.score });',
    "void call;",
  ),
  one(
    "a lost call counts as an attempt",
    "core/run/decide.ts",
    "const call = { ...lease.call, generation: lease.call.generation + 1 };",
    "const call = { ...lease.call, attempt: lease.call.attempt + 1, generation: lease.call.generation + 1 };",
  ),
  one(
    "one attempt too many",
    "core/run/decide.ts",
    "call.attempt + 1 < about.maxAttempts",
    "call.attempt < about.maxAttempts",
  ),
  one(
    "nothing is recovered after a crash",
    "engine/recover.ts",
    "if (!store.exclusive) return 0;",
    "return 0;",
  ),
  one(
    "the idempotency cell is not written",
    "core/flow/admission.ts",
    'write.push({ put: "gateCells", row: cell });',
    "void cell;",
  ),
  one(
    "a re-entry runs what it finds while ops are open",
    "engine/call.ts",
    "die: lease.call.target === null && (state.plan || Object.keys(state.open).length > 0),",
    "die: lease.call.target === null && state.plan,",
  ),
  one(
    "a member of a parallel group gets no call",
    "core/run/opcodes/step.ts",
    'draft.effects.push({\n    do: "call",',
    'if (state.group !== 2) draft.effects.push({\n    do: "call",',
  ),
  one(
    "two discoveries of one run are out at once",
    "core/run/progress.ts",
    "if (state.discovering) {",
    "if (state.discovering && state.again) {",
  ),
  one(
    "a sleep ends early",
    "core/run/opcodes/sleep.ts",
    'job: { kind: "sleep", step: op.id }, dueAt: until',
    'job: { kind: "sleep", step: op.id }, dueAt: until - 3000',
  ),
  one(
    "an event is acknowledged before it is stored",
    "engine/receive.ts",
    "return await storeEvents(context, events);",
    "void storeEvents(context, events).catch(() => {}); return events.map((event) => event.id);",
  ),
  one(
    "the clock goes back over a restart",
    "store/memory-store.ts",
    "floor = Math.max(floor, now);",
    "floor = 0;",
  ),
  {
    name: "the second result of a step replaces the first",
    edits: [
      {
        file: "packages/core/run/opcodes/step.ts",
        from: "if (seen.steps.has(id) || draft.effects.some(",
        to: "if (draft.effects.some(",
      },
      {
        file: "packages/core/run/record.ts",
        from: 'changes.push({ insert: "steps", row: step });\n      changes.push({ insert: "payloads", row: { owner: runId, name: `step:',
        to: 'changes.push({ insert: "steps", row: step, orIgnore: true });\n      changes.push({ put: "payloads" as "apps", row: { owner: runId, name: `step:',
      },
    ],
  },
  one(
    "a checkpoint frees the lease of its call",
    "engine/settle.ts",
    "return { write: record(seen.run, write, null, moment), reply };",
    "return { write: record(seen.run, write, held, moment), reply };",
  ),
  one(
    "the end of a child is not told to its parent",
    "core/run/lifecycle.ts",
    'draft.effects.push({ do: "tellParent", parent, step, eventId });',
    "void [parent, step, eventId];",
  ),
  one(
    "an event ends waits that were opened after it",
    "core/intake/waits.ts",
    'if (wait.kind === "signal" || event.seq <= wait.seq) return false;',
    'if (wait.kind === "signal") return false;',
  ),
  one(
    "an event is not looked up among the waits",
    "engine/route.ts",
    "if (stored !== null) await endWaits(context, stored);",
    "",
  ),
  one(
    "cancelOn does not cancel",
    "engine/route.ts",
    'if (wait.kind === "cancel")',
    'if (wait.kind === "cancel") return;\n  if (wait.kind === "signal")',
  ),
  one(
    "a wake that comes after the end of its run stays",
    "engine/settle.ts",
    "return wake === null || wake === undefined || wake.lane !== null",
    "return wake === null || wake === undefined || wake.dueAt >= 0",
  ),
  one("the finish deadline is not set", "core/run/deadlines.ts", "if (finishMs > 0)", "if (finishMs < 0)"),
  {
    // Four locks hold this door: the wake that moved, the tick's row seen, its plain insert, the idempotency key.
    name: "a tick fires twice",
    edits: [
      {
        file: "packages/engine/tick.ts",
        from: "    if (!isAsBefore(seen.wake, wake)) return [];\n",
        to: "",
      },
      {
        file: "packages/engine/tick.ts",
        from: "    if (seen.tick !== null) return write;\n    if (fireAt > job.scheduledAt)",
        to: "    if (fireAt > job.scheduledAt)",
      },
      {
        file: "packages/engine/tick.ts",
        from: "admit(named, seen,",
        to: "admit(named, { ...seen, gates: new Map() },",
      },
      {
        file: "packages/engine/tick.ts",
        from: 'return { insert: "ticks", row: {',
        to: 'return { insert: "ticks", orIgnore: true, row: {',
      },
    ],
  },
  ...flowPlants,
];

/** No bug: batches so small that the paths for what did not fit into one are taken. */
export const smallBatches: Plant = {
  name: "small batches",
  edits: [
    { file: "packages/store/pool-slice.ts", from: "const NUDGES = 300;", to: "const NUDGES = 2;" },
    { file: "packages/store/pool-slice.ts", from: "const OPEN_LANES = 50;", to: "const OPEN_LANES = 1;" },
    {
      file: "packages/store/pool-slice.ts",
      from: "const LANES_PER_CELL = 20;",
      to: "const LANES_PER_CELL = 1;",
    },
    { file: "packages/engine/pump.ts", from: "const DUE_BATCH = 200;", to: "const DUE_BATCH = 1;" },
    { file: "packages/engine/pump.ts", from: "const CLAIM_BATCH = 50;", to: "const CLAIM_BATCH = 2;" },
    { file: "packages/engine/route.ts", from: "const WAIT_PAGE = 100;", to: "const WAIT_PAGE = 1;" },
    { file: "packages/engine/recover.ts", from: "const BATCH = 500;", to: "const BATCH = 1;" },
  ],
};
