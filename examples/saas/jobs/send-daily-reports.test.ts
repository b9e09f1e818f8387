import { assertEnded, assertSafe, createWorld, simulate, type World } from "stepwell/test";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { logs, mailbox } from "@/db/schema.ts";
import { sayDay, toDay } from "@/lib/days.ts";
import { inngest } from "@/lib/inngest/client.ts";
import { sayCount, sayMoney } from "@/lib/money.ts";
import { isUnsubscribeSignature } from "@/lib/unsubscribe.ts";
import { services } from "@/services/index.ts";
import { sendDailyReports, sendDailyReportsPage } from "./send-daily-reports.ts";

const functions = [sendDailyReports, sendDailyReportsPage];
const byHand = { name: "app/send-daily-reports", data: { triggeredBy: "usr_ada", manual: true } };
const DAY_MS = 86_400_000;
/** Has usage, and is the day before the world's; that is ahead of the machine's, so that `now()` follows it. */
const today = new Date();
const tomorrowAt = (time: string) => `${toDay(new Date(today.getTime() + DAY_MS))}T${time}Z`;

let world: World;
let readers: string[];
beforeAll(async () => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  await services().ready();
  await services().users.change("usr_tom", { emailReportsEnabled: false });
  readers = await services().organizations.listReportReaders();
});
beforeEach(async () => {
  await services().database.db.delete(mailbox);
  world = await createWorld({ client: inngest, functions, now: tomorrowAt("08:59:00") });
});
afterEach(() => world.close());

const listMails = () => services().mailbox.list({ limit: 1_000 });

describe("send-daily-reports", () => {
  it.each([
    ["its cron", () => world.advance("2m")],
    ["its event", () => world.send(byHand)],
  ])("started by %s, mails everybody who wants it, once", async (_by, start) => {
    await start();
    const run = world.run();
    assertEnded(run);
    expect(readers).toEqual(expect.arrayContaining(["usr_ada", "usr_ben", "usr_ines", "usr_lea"]));
    expect(readers).not.toContain("usr_tom");
    expect(Object.keys(run.steps)).toEqual(["get-users", ...readers.map((id) => `send-report-${id}`)]);
    expect(run.output).toEqual({ sent: readers.length });
    const mails = await listMails();
    expect(new Set(mails.map(({ to }) => to)).size).toBe(readers.length);
    expect(mails).toHaveLength(readers.length);
    expect(new Set(mails.map(({ subject }) => subject))).toEqual(new Set(["Your Daily Usage Report"]));
  });

  it("says what the user's organization used the day before, and how to get no more of it", async () => {
    await world.send(byHand);
    const day = toDay(today);
    const [used] = await services().organizations.listUsage("org_halyard", { start: day, end: day });
    if (!used) throw new Error("The demo data has no usage of today");
    const [mail] = await services().mailbox.list({ to: "ines@halyard.example" });
    const figures = [sayCount(used.apiCalls), sayCount(used.mailsSent), sayMoney(used.costCents)];
    for (const text of ["Ines Vidal", "Halyard Logistics", sayDay(day), ...figures]) {
      expect(mail?.text).toContain(text);
    }
    const link = /https?:\/\/\S+\/unsubscribe\?\S+/.exec(mail?.text ?? "")?.[0] ?? "";
    const { user = "", signature = "" } = Object.fromEntries(new URL(link).searchParams);
    expect(user).toBe("usr_ines");
    expect(isUnsubscribeSignature(user, signature, services().config)).toBe(true);
  });

  it("reports zeros for a day without usage", async () => {
    await world.advance("2d");
    const [mail] = await services().mailbox.list({ to: "ines@halyard.example" });
    expect(mail?.text).toContain(sayDay(toDay(new Date(today.getTime() + DAY_MS))));
    expect(mail?.text).toMatch(/API calls\s+0\b/);
  });

  it("leaves out who has switched it off since the list was made", async () => {
    const day = toDay(today);
    world.mock("get-users", { day, userIds: ["usr_ada", "usr_tom", "usr_gone"] });
    await world.send(byHand);
    expect(world.run().output).toEqual({ sent: 1 });
    expect((await listMails()).map(({ to }) => to)).toEqual(["ada@northwind.example"]);
  });

  it("tries a user again whose mail was not taken, for the day it began with", async () => {
    await world.advance(new Date(tomorrowAt("23:59:59")));
    await services().database.db.delete(mailbox);
    world.fail("send-report-usr_ines", { attempt: 0, error: "Connection lost" });
    await world.send(byHand);
    const [run] = world.runs().slice(-1);
    expect(run?.steps["send-report-usr_ines"]).toMatchObject({ status: "retrying", attempts: 1 });
    expect(await listMails()).toHaveLength(readers.length - 1);

    await world.advance("1h");
    expect(world.run(run?.id).output).toEqual({ sent: readers.length });
    const [mail] = await services().mailbox.list({ to: "ines@halyard.example" });
    expect(mail?.text).toContain(sayDay(toDay(today)));
    expect(await listMails()).toHaveLength(readers.length);
  });

  it("is stopped by nobody who fails for good, and logs who did", async () => {
    world.fail("send-report-usr_ben", { error: "Mailbox is full" });
    await world.advance("1m");
    expect(await listMails()).toHaveLength(readers.length - 1);
    await world.advance("1h");
    const run = world.run();
    assertEnded(run);
    expect(run.steps["send-report-usr_ben"]).toMatchObject({ status: "failed", attempts: 5 });
    expect(run.output).toEqual({ sent: readers.length - 1 });
    expect(await services().logs.list(10)).toMatchObject([
      { level: "error", message: "send-report-usr_ben failed for good: Mailbox is full" },
    ]);
    await services().database.db.delete(logs);
  });

  it("fails when not one mail went out, so that people see it", async () => {
    const refused = new Error("connect ECONNREFUSED 10.0.0.9:25");
    const send = vi.spyOn(services().email, "send").mockRejectedValue(refused);
    await world.advance("2h");
    send.mockRestore();
    const message = `None of ${readers.length} succeeded: each step says why`;
    expect(world.run()).toMatchObject({ status: "failed", error: { message } });
    expect(await services().logs.list(100)).toHaveLength(readers.length);
    await services().database.db.delete(logs);
  });

  it("mails nobody twice and logs once, whatever happens between server and app", async () => {
    const { email } = services();
    const send = email.send.bind(email);
    const failing = vi
      .spyOn(email, "send")
      .mockImplementation((mail) =>
        mail.to === "ben@northwind.example" ? Promise.reject(new Error("Mailbox is full")) : send(mail),
      );
    const report = await simulate({
      client: inngest,
      functions,
      seeds: 5,
      now: tomorrowAt("08:59:00"),
      observe: async () => ({
        mails: (await listMails()).map(({ messageId }) => messageId),
        logs: (await services().logs.list(1_000)).map(({ id }) => id),
      }),
      async play(one) {
        await one.send(byHand);
        await one.advance("2h");
      },
    });
    failing.mockRestore();
    assertSafe(report);
    const repeated = report.repeated.map(({ stepId }) => stepId);
    expect(repeated).toEqual(expect.arrayContaining(["send-report-usr_ada", "log-failures"]));
  });
});
