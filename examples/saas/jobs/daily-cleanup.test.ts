import { assertEnded, assertSafe, createWorld, simulate, type World } from "stepwell/test";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { inngest } from "@/lib/inngest/client.ts";
import { services } from "@/services/index.ts";
import { dailyCleanup } from "./daily-cleanup.ts";

const DAY_MS = 86_400_000;
const byHand = { name: "app/daily-cleanup", data: { triggeredBy: "usr_ada", manual: true } };
const functions = [dailyCleanup];
/** What is left of what `leaveSomething` left. */
const clean = {
  endedSession: false,
  openSession: true,
  oldAuditLog: false,
  newAuditLog: true,
  fileWithoutRow: false,
  rowWithoutFile: false,
  wholeUpload: true,
};

let world: World | undefined;
beforeAll(async () => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  await services().ready();
});
afterEach(() => world?.close());

const midnightIn = (days: number) => (Math.floor(Date.now() / DAY_MS) + days) * DAY_MS;

/** A world that begins a minute before a midnight. One in the past has the machine's time as its `now()`. */
async function worldBefore(midnight: "the last midnight" | "a midnight in three days") {
  await world?.close();
  const now = midnightIn(midnight === "the last midnight" ? 0 : 3) - 60_000;
  world = await createWorld({ client: inngest, functions, now });
  return world;
}

async function leaveSomething(userId: string) {
  const user = await services().users.find(userId);
  if (!user) throw new Error(`The demo data has no ${userId}`);
  await services().leftovers.leave(user, new Date());
  return () => services().leftovers.look(userId);
}

describe("daily-cleanup", () => {
  it.each([
    ["its cron", (one: World) => one.advance("2m"), "usr_ada"],
    ["its event", (one: World) => one.send(byHand), "usr_ben"],
  ])("started by %s, deletes what is due by the moved clock, and nothing else", async (_by, by, userId) => {
    const look = await leaveSomething(userId);
    const before = await worldBefore("the last midnight");
    await by(before);
    assertEnded(before.run());
    expect(await look()).toMatchObject({ endedSession: true, oldAuditLog: true, fileWithoutRow: true });

    const after = await worldBefore("a midnight in three days");
    await by(after);
    const run = after.run();
    expect(run.output).toEqual({ success: true });
    expect(Object.keys(run.steps)).toEqual(["cleanup-sessions", "cleanup-audit-logs", "cleanup-uploads"]);
    expect(await look()).toEqual(clean);
  });

  it.each([
    ["nobody", { manual: true }],
    ["an empty name", { triggeredBy: "", manual: true }],
    ["no word of its being by hand", { triggeredBy: "usr_ada" }],
  ])("refuses to be started by hand by %s", async (_who, data) => {
    world = await createWorld({ client: inngest, functions });
    await world.send({ ...byHand, data });
    expect(world.run()).toMatchObject({
      status: "failed",
      steps: {},
      error: { name: "EventValidationError" },
    });
  });
});

describe("daily-cleanup that goes wrong", () => {
  it("goes on where it was, and deletes the rest", async () => {
    const look = await leaveSomething("usr_ines");
    const list = vi.spyOn(services().storage, "list").mockRejectedValueOnce(new Error("The disk is busy"));
    const one = await worldBefore("a midnight in three days");
    await one.advance("1m");
    expect(one.run().steps["cleanup-uploads"]).toMatchObject({ status: "retrying", attempts: 1 });
    expect(await look()).toMatchObject({ endedSession: false, oldAuditLog: false, fileWithoutRow: true });

    await one.advance("1h");
    list.mockRestore();
    expect(one.run()).toMatchObject({
      output: { success: true },
      steps: { "cleanup-sessions": { attempts: 1 }, "cleanup-uploads": { attempts: 2 } },
    });
    expect(await look()).toEqual(clean);
  });

  it("fails when the database stays away, leaves what it could not delete, and the next night deletes it", async () => {
    const look = await leaveSomething("usr_tom");
    const before = await look();
    const away = new Error("The database is away");
    const broken = vi.spyOn(services().cleanup, "deleteExpiredSessions").mockRejectedValue(away);
    const one = await worldBefore("a midnight in three days");
    await one.advance("3h");
    broken.mockRestore();
    expect(one.run()).toMatchObject({
      status: "failed",
      error: { message: "The database is away" },
      steps: { "cleanup-sessions": { attempts: 5 } },
    });
    expect(await look()).toEqual(before);

    await one.advance("1d");
    expect(one.runs()[1]?.status).toBe("completed");
    expect(await look()).toEqual(clean);
  });

  it("is safe to repeat, whatever happens between server and app", async () => {
    let look: Awaited<ReturnType<typeof leaveSomething>>;
    const report = await simulate({
      client: inngest,
      functions,
      seeds: 8,
      now: midnightIn(3) - 60_000,
      async before() {
        look = await leaveSomething("usr_lea");
      },
      observe: () => look(),
      async check() {
        expect(await look()).toEqual(clean);
      },
      play: (one) => one.advance("2h"),
    });
    assertSafe(report);
    const repeated = report.repeated.map(({ stepId }) => stepId);
    expect(repeated).toEqual(expect.arrayContaining(["cleanup-sessions", "cleanup-uploads"]));
  });
});
