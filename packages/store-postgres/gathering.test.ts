/** Who may be in a group, and in which round. */
import type { Ask } from "@stepwell/store";
import { expect, test } from "vitest";
import { createGathering, type Planned, takeGroup } from "./gathering.ts";
import { keysOf, lockedKeys, lockHash, lockHashes } from "./locks.ts";

const entry = (ask: Ask) => ({
  ask,
  now: 0,
  decide: () => ({ write: [], reply: null }),
  keys: keysOf(ask),
  settle: () => {},
});
const gates = (...keys: string[]) => entry({ gates: keys });
const pool = (name: string) => entry({ pool: { pool: name, want: 1, limits: () => 1 } });
const rounds = (waiting: ReturnType<typeof entry>[], underWay: string[] = []) => {
  const { group, rest } = takeGroup(waiting, new Set(underWay));
  const at = new Map(group.map(({ entry: one, round }) => [one, round] as const));
  return { rounds: waiting.map((one) => at.get(one) ?? null), rest: rest.length };
};

test("what locks nothing in common is one round", () => {
  expect(rounds([gates("a"), gates("b", "c"), entry({})])).toEqual({ rounds: [0, 0, 0], rest: 0 });
});

test("what locks the same comes in a later round, in the order of asking", () => {
  expect(rounds([gates("a"), gates("a", "b"), gates("b"), gates("c")]).rounds).toEqual([0, 1, 2, 0]);
});

test("eight rounds at most; the rest waits, and holds its names against those behind it", () => {
  const waiting = [...Array.from({ length: 9 }, () => gates("a")), gates("a", "b"), gates("b"), gates("c")];
  expect(rounds(waiting)).toEqual({ rounds: [0, 1, 2, 3, 4, 5, 6, 7, null, null, null, 0], rest: 3 });
});

test("what another group is deciding on waits, and those behind it with the same names too", () => {
  expect(rounds([gates("a", "b"), gates("b"), gates("c")], ["gate a"]).rounds).toEqual([null, null, 0]);
});

test("a claim comes after everything before it; what comes behind it need not wait", () => {
  expect(rounds([gates("c"), gates("a"), pool("p"), gates("b"), pool("q")]).rounds).toEqual([0, 0, 1, 0, 2]);
  expect(rounds([pool("p"), entry({})]).rounds).toEqual([0, 0]);
  expect(rounds([pool("p"), pool("p")]).rounds).toEqual([0, 1]);
});

test("what looks at nothing may write anything: those behind it look after it has written", () => {
  expect(rounds([gates("a"), gates("a"), entry({}), entry({}), gates("b"), entry({})]).rounds).toEqual([
    0, 1, 1, 1, 2, 2,
  ]);
});

test("64 commits, and 500 names, but for one commit that asks for more", () => {
  expect(rounds(Array.from({ length: 70 }, () => entry({}))).rest).toBe(6);
  const many = (prefix: string) => gates(...Array.from({ length: 300 }, (_, n) => `${prefix}${n}`));
  expect(rounds([many("a"), many("b")]).rest).toBe(1);
  const huge = gates(...Array.from({ length: 900 }, (_, n) => `g${n}`));
  expect(rounds([huge, gates("x")]).rest).toBe(1);
});

test("groups never go down in rounds, and run beside each other only when nothing is in common", async () => {
  const underWay = new Set<string>();
  const run = async (group: readonly Planned[]) => {
    const keys = new Set(group.flatMap(({ ask }) => keysOf(ask)));
    for (const key of keys) {
      expect(underWay.has(key)).toBe(false);
      underWay.add(key);
    }
    expect(group.map(({ round }) => round)).toEqual(group.map(({ round }) => round).toSorted());
    await new Promise<void>((resolve) => setImmediate(resolve));
    for (const key of keys) underWay.delete(key);
    return { outcomes: group.map(() => ({ reply: group.length })), hint: null };
  };
  const gathering = createGathering(run, () => {}, { connections: 3, maxPending: 1000 });
  const sizes = await Promise.all(
    Array.from({ length: 300 }, (_, n) =>
      gathering.commit({ gates: [`g${n % 7}`] }, 0, () => ({ write: [], reply: 0 })),
    ),
  );
  expect(Math.max(...(sizes as number[]))).toBeGreaterThan(10);
  await gathering.close();
});

test("locks are hashed, sorted and unique, and differ by schema", () => {
  const hashes = lockHashes("s", ["run a", "run b", "run a", "gate x"]);
  expect(hashes).toHaveLength(3);
  expect(hashes).toEqual([...hashes].sort((a, b) => a - b));
  expect(lockHash("s", "run a")).not.toBe(lockHash("t", "run a"));
});

test("every slice that two commits may not decide on at once is locked; waits and events are not", () => {
  const ask: Ask = {
    run: { runId: "r", steps: [] },
    lease: "l",
    wake: "w",
    gates: ["g"],
    holders: ["g", "h"],
    tick: { functionId: "f", cron: "c", scheduledAt: 1 },
    events: ["e"],
    app: "a",
    waits: { name: "n", anchors: [], after: null, limit: 1 },
    awaited: ["n"],
    signals: ["s"],
    pool: { pool: "p", want: 1, limits: () => 1 },
  };
  expect(lockedKeys(ask).sort()).toEqual([
    "app a",
    "gate g",
    "gate h",
    "lease l",
    "run r",
    "signal s",
    'tick ["f","c",1]',
    "wake w",
  ]);
  expect(keysOf(ask)).toEqual(expect.arrayContaining(["event e", "pool p"]));
});
