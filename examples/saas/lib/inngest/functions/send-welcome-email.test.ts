import { assertEnded, assertSafe, createWorld, simulate, type World } from "stepwell/test";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { services } from "@/services/index.ts";
import { inngest } from "../client.ts";
import { sendWelcomeEmail } from "./send-welcome-email.ts";

let world: World;
beforeAll(async () => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  await services().ready();
});
beforeEach(async () => {
  world = await createWorld({ client: inngest, functions: [sendWelcomeEmail] });
});
afterEach(() => world.close());

async function subjectsTo(to: string) {
  const mails = await services().mailbox.list({ to });
  return mails.map(({ subject }) => subject).reverse();
}

const created = (userId: string, email: string) => ({
  name: "user/created",
  data: { userId, email, name: "Kim" },
});

describe("send-welcome-email", () => {
  it("sends the three mails to somebody who does not come back", async () => {
    await world.send(created("usr_tom", "tom@x.example"));
    expect(await subjectsTo("tom@x.example")).toHaveLength(1);
    await world.advance("4d");
    const run = world.run();
    assertEnded(run);
    expect(run.output).toEqual({ success: true });
    expect(Object.keys(run.steps)).toEqual([
      "send-email",
      "wait-1-day",
      "send-tips-email",
      "wait-3-days",
      "check-activity",
      "send-reengagement",
    ]);
    expect(await subjectsTo("tom@x.example")).toEqual([
      "Welcome to Tallyho, Kim",
      "Three tips to get started with Tallyho",
      "Kim, your figures are waiting",
    ]);
  });

  it.each([
    ["sends no third mail to somebody who came back after the tips", "usr_ada", "1d", 2],
    ["sends it to somebody who was last there on the first day", "usr_ines", "0s", 3],
  ])("%s", async (_what, userId, lastSeenAfter, mails) => {
    await world.send(created(userId, `${userId}@x.example`));
    await world.advance(lastSeenAfter);
    await services().users.markActive(userId, new Date(world.now().getTime() + 3_600_000));
    await world.advance("4d");
    const run = world.run();
    expect(run.output).toEqual({ success: true });
    expect("send-reengagement" in run.steps).toBe(mails === 3);
    expect(await subjectsTo(`${userId}@x.example`)).toHaveLength(mails);
  });

  it("refuses a wrong payload before its first step", async () => {
    await world.send({ name: "user/created", data: { userId: 7 } });
    expect(world.run()).toMatchObject({
      status: "failed",
      steps: {},
      error: { name: "EventValidationError" },
    });
  });

  it("mails nobody twice, whatever happens between server and app", async () => {
    const report = await simulate({
      client: inngest,
      functions: [sendWelcomeEmail],
      seeds: 8,
      observe: async () => ({
        mails: (await services().mailbox.list()).map(({ messageId }) => messageId),
      }),
      async play(one) {
        await one.send(created("usr_tom", "tom@y.example"));
        await one.advance("4d");
      },
    });
    assertSafe(report);
    expect(report.repeated.map(({ stepId }) => stepId)).toContain("send-email");
  });
});
