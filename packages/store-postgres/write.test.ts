/** Changes become few statements, and each row's changes stay in order; text that PostgreSQL does not know. */
import type { Change } from "@stepwell/core";
import { identityCodec } from "@stepwell/store";
import { afterAll, afterEach, expect, inject, test } from "vitest";
import { createDatabase } from "./fixtures/database.ts";
import { encodeChanges, planBatches } from "./write.ts";

const database = await createDatabase(inject("postgresUri"));
afterEach(() => database.closeStores());
afterAll(() => database.remove());

const NOW = 1_700_000_000_000;
const wake = (id: string): Change => ({
  insert: "wakes",
  row: { id, job: { kind: "route", eventId: id }, runId: null, lane: null, score: 0, dueAt: 5 },
});
const move = (id: string, dueAt: number): Change => ({ update: "wakes", key: { id }, set: { dueAt } });
const remove = (id: string): Change => ({ remove: "wakes", key: { id } });
const wait = (id: string, runId: string): Change => ({
  insert: "waits",
  row: {
    id,
    kind: "event",
    name: "n",
    anchor: "*",
    runId,
    step: null,
    expression: null,
    openedAt: 1,
    until: null,
  },
});
const plan = (...changes: Change[]) =>
  planBatches(encodeChanges(changes, identityCodec)).map(
    ({ kind, table, changes: rows }) =>
      `${kind} ${table} ${rows.map(({ key }) => key?.join("/") ?? "-").join(" ")}`,
  );

test("one statement per table and kind, whatever the order of different rows", () => {
  expect(
    plan(wake("a"), move("x", 1), remove("y"), wake("b"), move("z", 2), wait("w", "r"), remove("q")),
  ).toEqual(["insert waits w", "insert wakes a b", "update wakes x z", "remove wakes y q"]);
});

test("a row that is written twice is written in order", () => {
  expect(plan(wake("a"), move("a", 1), remove("b"), wake("b"), move("a", 2))).toEqual([
    "insert wakes a",
    "update wakes a",
    "remove wakes b",
    "insert wakes b",
    "update wakes a",
  ]);
});

test("clearing a run's waits comes after those opened before it, and before those opened after", () => {
  const clear: Change = { clear: "waits", runId: "r" };
  expect(plan(wait("a", "r"), wait("x", "s"), clear, wait("b", "r"))).toEqual([
    "insert waits a x",
    "clear waits r",
    "insert waits b",
  ]);
});

test("updates of different columns are different statements; an empty one is none", () => {
  expect(
    plan(
      move("a", 1),
      { update: "wakes", key: { id: "b" }, set: { score: 2 } },
      { update: "wakes", key: { id: "c" }, set: {} },
    ),
  ).toEqual(["update wakes a", "update wakes b"]);
});

test("text keeps signs that PostgreSQL has no place for, also as a key", async () => {
  const store = await database.open({ schema: database.freshSchema() });
  await store.migrate();
  const odd = [
    "a\u0000b",
    "a\u0001b",
    "a\u00010b",
    "\u0000",
    "\u0001",
    "back\\slash",
    '"{}"',
    "NULL",
    "",
    "ü😀",
  ];
  await store.commit({}, NOW, () => ({
    write: odd.flatMap((key): Change[] => [
      { put: "gateCells", row: { key, state: { key }, expiresAt: null } },
      {
        insert: "apps",
        row: {
          id: key,
          name: key,
          url: key,
          sdk: key,
          framework: null,
          platform: null,
          env: null,
          appVersion: null,
          checksum: "",
          syncedAt: 1,
          error: key,
        },
      },
    ]),
    reply: null,
  }));
  const seen = await store.commit({ gates: odd }, NOW, ({ gates }) => ({ write: [], reply: gates }));
  expect([...seen].map(([key, { state }]) => [key, state])).toEqual(odd.map((key) => [key, { key }]));
  expect((await store.read.apps()).map((app) => [app.id, app.error]).sort()).toEqual(
    odd.map((key) => [key, key]).sort(),
  );
});

test("thousands of rows and many megabytes in one commit", async () => {
  const store = await database.open({ schema: database.freshSchema() });
  await store.migrate();
  const big = "x".repeat(5_000_000);
  await store.commit({}, NOW, () => ({
    write: [
      ...Array.from({ length: 4500 }, (_, n) => wake(`w${n}`)),
      ...Array.from(
        { length: 5 },
        (_, n): Change => ({
          insert: "payloads",
          row: { owner: `r${n}`, name: "output", value: `${n}${big}` },
        }),
      ),
    ],
    reply: null,
  }));
  expect(await store.read.dueWakes(NOW, 10_000)).toHaveLength(4500);
  expect(await store.read.output("r4")).toBe(`4${big}`);
});
