import { assertEnded, assertSafe, createWorld, simulate, type World } from "stepwell/test";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { services } from "@/services/index.ts";
import { inngest } from "../client.ts";
import { onSubscriptionCreated } from "./on-subscription-created.ts";

const subscribed = (organizationId: string, plan = "business") => ({
  name: "subscription/created",
  data: { organizationId, plan },
});

let world: World;
beforeAll(async () => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  await services().ready();
});
beforeEach(async () => {
  world = await createWorld({ client: inngest, functions: [onSubscriptionCreated] });
});
afterEach(() => world.close());

async function auditOf(organizationId: string) {
  const entries = await services().audit.list(1_000);
  return entries.filter(({ subject }) => subject === organizationId);
}

describe("on-subscription-created", () => {
  it("confirms it to the organization's admin, and records it", async () => {
    await world.send(subscribed("org_northwind"));
    assertEnded(world.run());
    expect(Object.keys(world.run().steps)).toEqual(["confirm", "record-audit"]);
    const [mail] = await services().mailbox.list({ to: "ada@northwind.example" });
    expect(mail).toMatchObject({ subject: "Northwind Tea is now on the Business plan" });
    expect(mail?.text).toContain("$99.00 a month");
    expect(await auditOf("org_northwind")).toMatchObject([{ action: "subscription-created", actorId: null }]);
  });

  it("says the plan's price when the event is here before the subscription", async () => {
    await world.send(subscribed("org_fernhill", "pro"));
    const [mail] = await services().mailbox.list({ to: "lea@fernhill.example" });
    expect(mail?.text).toContain("$29.00 a month");
  });

  it("refuses a plan that does not exist before its first step", async () => {
    await world.send(subscribed("org_northwind", "gold"));
    expect(world.run()).toMatchObject({
      status: "failed",
      steps: {},
      error: { name: "EventValidationError" },
    });
  });

  it("fails at once for an organization that does not exist, and records nothing", async () => {
    await world.send(subscribed("org_lost"));
    expect(world.run()).toMatchObject({
      status: "failed",
      steps: { confirm: { attempts: 1 } },
      error: { message: 'There is no organization "org_lost"' },
    });
    expect(await auditOf("org_lost")).toEqual([]);
  });

  it("mails again when the mail server was away, and records once", async () => {
    world.fail("confirm", { attempt: 0, error: "Connection lost" });
    await world.send(subscribed("org_halyard"));
    expect(await auditOf("org_halyard")).toEqual([]);
    await world.advance("1h");
    assertEnded(world.run());
    expect(world.run().steps.confirm?.attempts).toBe(2);
    expect(await services().mailbox.list({ to: "ines@halyard.example" })).toHaveLength(1);
    expect(await auditOf("org_halyard")).toHaveLength(1);
  });

  it("mails and records once, whatever happens between server and app", async () => {
    const report = await simulate({
      client: inngest,
      functions: [onSubscriptionCreated],
      seeds: 8,
      observe: async () => ({
        mails: (await services().mailbox.list()).map(({ messageId }) => messageId),
        audit: (await services().audit.list(1_000)).map(({ id }) => id),
      }),
      play: (one) => one.send(subscribed("org_fernhill")),
    });
    assertSafe(report);
    expect(report.repeated.map(({ stepId }) => stepId)).toEqual(
      expect.arrayContaining(["confirm", "record-audit"]),
    );
  });
});
