import { assertEnded, createWorld, type World } from "stepwell/test";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { inngest } from "@/lib/inngest/client.ts";
import { services } from "@/services/index.ts";
import { dailyCleanup } from "./daily-cleanup.ts";

const DAY_MS = 86_400_000;
const byHand = { name: "app/daily-cleanup", data: { triggeredBy: "usr_ada", manual: true } };
const functions = [dailyCleanup];

let world: World | undefined;
beforeAll(async () => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  await services().ready();
});
afterEach(() => world?.close());

/** A world that begins a minute before a midnight. One in the past has the machine's time as its `now()`. */
async function worldBefore(midnight: "the last midnight" | "a midnight in three days") {
  await world?.close();
  const today = Math.floor(Date.now() / DAY_MS) * DAY_MS;
  const now = today - 60_000 + (midnight === "the last midnight" ? 0 : 3 * DAY_MS);
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
    expect(await look()).toEqual({
      endedSession: false,
      openSession: true,
      oldAuditLog: false,
      newAuditLog: true,
      fileWithoutRow: false,
      rowWithoutFile: false,
      wholeUpload: true,
    });
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
