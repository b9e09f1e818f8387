import { createWorld, type World } from "stepwell/test";
import { afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { inngest } from "@/lib/inngest/client.ts";
import { services } from "@/services/index.ts";
import { MAILS_AT_ONCE } from "./mail-limit.ts";
import { monthlyInvoices, monthlyInvoicesPage } from "./monthly-invoices.ts";
import { sendDailyReports, sendDailyReportsPage } from "./send-daily-reports.ts";

const functions = [sendDailyReports, sendDailyReportsPage, monthlyInvoices, monthlyInvoicesPage];
const data = { triggeredBy: "usr_ada", manual: true };
const userIds = Array.from({ length: 12 }, (_, n) => `usr_${n}`);
const subscriptionIds = ["sub_1", "sub_2", "sub_3"];

let world: World;
beforeAll(() => services().ready());
beforeEach(async () => {
  world = await createWorld({ client: inngest, functions });
  world.mock("get-users", { day: "2026-03-01", userIds });
  world.mock("get-subscriptions", { month: "2026-02", subscriptionIds });
  // Each mail is on its way for ten minutes.
  for (const id of userIds) world.mock(`send-report-${id}`, true, { takes: "10m" });
  for (const id of subscriptionIds) world.mock(`invoice-${id}`, true, { takes: "10m" });
});
afterEach(() => world.close());

const countMailed = () =>
  world
    .runs()
    .flatMap(({ steps }) => Object.values(steps))
    .filter(({ id, status }) => /^(send-report|invoice)-/.test(id) && status === "completed").length;

it("the jobs that write to everybody have together as many mails under way as the limit, and no more", async () => {
  await world.send([
    { name: "app/send-daily-reports", data },
    { name: "app/monthly-invoices", data },
  ]);
  const mailed: number[] = [];
  while (mailed.length < 4) {
    mailed.push(countMailed());
    await world.advance("10m");
  }
  expect(mailed).toEqual([0, MAILS_AT_ONCE, 2 * MAILS_AT_ONCE, userIds.length + subscriptionIds.length]);
  expect(world.runs().map(({ output }) => output)).toEqual(
    expect.arrayContaining([{ sent: 12 }, { invoiced: 3 }]),
  );
});
