import { assertEnded, assertSafe, createWorld, simulate, type World } from "stepwell/test";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { logs, sessions } from "@/db/schema.ts";
import { inngest } from "@/lib/inngest/client.ts";
import { services } from "@/services/index.ts";
import { weeklyCleanup } from "./weekly-cleanup.ts";

const functions = [weeklyCleanup];
const byHand = { name: "app/weekly-cleanup", data: { triggeredBy: "usr_ada", manual: true } };
const DAY_MS = 86_400_000;
/** The night of the Sunday after next: ahead of the machine's clock, so that `now()` is the world's. */
const sunday = (() => {
  const today = Math.floor(Date.now() / DAY_MS);
  // Day 0 of the epoch was a Thursday.
  const daysToSunday = (10 - (today % 7)) % 7;
  return new Date((today + daysToSunday + 7) * DAY_MS + 3 * 3_600_000);
})();
const before = (ms: number) => new Date(sunday.getTime() - ms);

let world: World;
beforeAll(async () => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  await services().ready();
});
beforeEach(async () => {
  await fillIn();
  world = await createWorld({ client: inngest, functions, now: before(60_000) });
});
afterEach(() => world.close());

/** Two logs and one session that are due at the cron's moment, and as many that are not. */
async function fillIn() {
  const db = services().database.db;
  await db.delete(logs);
  await db.delete(sessions);
  const log = (id: string, createdAt: Date) => ({ id, level: "info", message: "Hello", createdAt }) as const;
  await db
    .insert(logs)
    .values([
      log("ancient", before(200 * DAY_MS)),
      log("91-days", before(91 * DAY_MS)),
      log("89-days", before(89 * DAY_MS)),
      log("today", before(DAY_MS)),
    ]);
  const lastUsed = new Date(Date.now() - 2 * DAY_MS);
  const session = (id: string, expiresAt: Date) => ({ id, token: id, userId: "usr_ada", expiresAt });
  await db.insert(sessions).values(
    [session("ended", before(DAY_MS)), session("open", before(-DAY_MS))].map((row) => ({
      ...row,
      createdAt: lastUsed,
      updatedAt: lastUsed,
    })),
  );
}

async function listIds() {
  const kept = [
    await services().database.db.select().from(logs),
    await services().database.db.select().from(sessions),
  ];
  return kept.map((rows) => rows.map(({ id }) => id).sort());
}

describe("weekly-cleanup", () => {
  it.each([
    ["its cron, on Sunday at three", () => world.advance("1m")],
    ["its event", () => world.send(byHand)],
  ])("started by %s, deletes old logs and ended sessions, and nothing else", async (_by, start) => {
    await start();
    const run = world.run();
    assertEnded(run);
    expect(Object.keys(run.steps)).toEqual(["delete-old-logs", "delete-expired-sessions"]);
    expect(run.output).toEqual({ deletedLogs: 2, deletedSessions: 1 });
    expect(await listIds()).toEqual([["89-days", "today"], ["open"]]);
  });

  it("runs once a week", async () => {
    await world.advance("14d");
    const { startedAt: first } = world.runs()[0] ?? {};
    expect(world.runs()).toHaveLength(2);
    expect(first).toEqual(sunday);
  });

  it("goes on where it was after a failure, and deletes no log twice", async () => {
    world.fail("delete-expired-sessions", { attempt: 0, error: "The database is busy" });
    await world.advance("1m");
    expect(await listIds()).toEqual([
      ["89-days", "today"],
      ["ended", "open"],
    ]);
    await world.advance("1h");
    expect(world.run().steps["delete-old-logs"]?.attempts).toBe(1);
    expect(world.run().output).toEqual({ deletedLogs: 2, deletedSessions: 1 });
    expect(await listIds()).toEqual([["89-days", "today"], ["open"]]);
  });

  it("fails when the database stays away, and leaves what it could not delete", async () => {
    world.fail("delete-old-logs", { error: "The database is away" });
    await world.advance("3h");
    expect(world.run()).toMatchObject({ status: "failed", error: { message: "The database is away" } });
    expect((await listIds()).flat()).toHaveLength(6);
  });

  it("is safe to repeat, whatever happens between server and app", async () => {
    const report = await simulate({
      client: inngest,
      functions,
      seeds: 8,
      now: before(60_000),
      before: fillIn,
      observe: async () => ({ kept: await listIds() }),
      async check() {
        expect(await listIds()).toEqual([["89-days", "today"], ["open"]]);
      },
      play: (one) => one.advance("2h"),
    });
    assertSafe(report);
    expect(report.repeated.map(({ stepId }) => stepId)).toContain("delete-old-logs");
  });
});
