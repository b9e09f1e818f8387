import { eq } from "drizzle-orm";
import { assertEnded, assertSafe, createWorld, simulate, type World } from "stepwell/test";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { invoices, logs, mailbox, subscriptions, usage } from "@/db/schema.ts";
import { inngest } from "@/lib/inngest/client.ts";
import { messageIdOf } from "@/lib/mail/message-id.ts";
import { sayMoney } from "@/lib/money.ts";
import { sayMonth } from "@/lib/months.ts";
import { services } from "@/services/index.ts";
import { monthlyInvoices, monthlyInvoicesPage } from "./monthly-invoices.ts";

const functions = [monthlyInvoices, monthlyInvoicesPage];
const byHand = { name: "app/monthly-invoices", data: { triggeredBy: "usr_ada", manual: true } };
/** The next new year: ahead of the machine's clock, so that `now()` is the world's. */
const year = new Date().getUTCFullYear() + 1;
const december = `${year - 1}-12`;
const subscriptionIds = ["sub_fernhill", "sub_halyard", "sub_northwind"];

let world: World;
beforeAll(async () => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  await services().ready();
});
beforeEach(async () => {
  for (const table of [invoices, logs, mailbox]) await services().database.db.delete(table);
  world = await createWorld({ client: inngest, functions, now: `${december}-31T23:59:00Z` });
});
afterEach(() => world.close());

const listInvoices = async () => services().database.db.select().from(invoices).orderBy(invoices.number);
const listMails = () => services().mailbox.list({ limit: 1_000 });
const numbersOf = (count: number) => Array.from({ length: count }, (_, n) => `INV-${year}-000${n + 1}`);

describe("monthly-invoices", () => {
  it.each([
    ["its cron, at midnight of the first", () => world.advance("1m")],
    [
      "its event, in mid-month",
      async () => {
        await world.close();
        world = await createWorld({ client: inngest, functions, now: `${year}-01-15T10:00:00Z` });
        await world.send(byHand);
      },
    ],
  ])("started by %s, bills the month that has ended", async (_by, start) => {
    await start();
    const run = world.run();
    assertEnded(run);
    expect(Object.keys(run.steps)).toEqual([
      "get-subscriptions",
      ...subscriptionIds.map((id) => `invoice-${id}`),
    ]);
    expect(run.steps["get-subscriptions"]?.result).toEqual({ month: december, subscriptionIds });
    expect(run.output).toEqual({ invoiced: 3 });
    const made = await listInvoices();
    expect(made.map(({ number }) => number)).toEqual(numbersOf(3));
    expect(made.map(({ subscriptionId }) => subscriptionId).sort()).toEqual(subscriptionIds);
    for (const { month, mailedAt, filePath } of made) {
      expect({ month, mailed: mailedAt !== null }).toEqual({ month: december, mailed: true });
      expect(await services().storage.exists(filePath ?? "")).toBe(true);
    }
  });

  it("adds up the days of the month alone, and mails the amount to the organization's admin", async () => {
    const used = (day: string, costCents: number) => ({
      organizationId: "org_halyard",
      day,
      apiCalls: 1,
      mailsSent: 1,
      storageMb: 1,
      costCents,
    });
    const days = [
      used(`${year - 1}-12-01`, 100),
      used(`${year - 1}-12-31`, 20),
      used(`${year}-01-01`, 7_000),
      used(`${year - 1}-11-30`, 50_000),
    ];
    await services().database.db.delete(usage);
    await services().database.db.insert(usage).values(days);
    await world.advance("1m");

    const [made] = await services()
      .database.db.select()
      .from(invoices)
      .where(eq(invoices.subscriptionId, "sub_halyard"));
    expect(made?.amountCents).toBe(2_900 + 120);
    const mails = await services().mailbox.list({ to: "ines@halyard.example" });
    expect(mails).toMatchObject([{ subject: `Invoice ${made?.number} for ${sayMonth(december)}` }]);
    for (const text of ["Ines Vidal", "Halyard Logistics", sayMoney(3_020)])
      expect(mails[0]?.text).toContain(text);
    const link = new URL(/https?:\/\/\S+\/files\/\S+/.exec(mails[0]?.text ?? "")?.[0] ?? "");
    const { expires = "", signature = "" } = Object.fromEntries(link.searchParams);
    const path = link.pathname.slice("/files/".length);
    expect(await services().storage.open(path, expires, signature)).toMatchObject({ is: "file" });
  });

  it("goes on with the numbers of the year, month by month", async () => {
    await world.advance("40d");
    const runs = world.runs();
    expect(runs.map(({ output }) => output)).toEqual([{ invoiced: 3 }, { invoiced: 3 }]);
    const made = await listInvoices();
    expect(made.map(({ number }) => number)).toEqual(numbersOf(6));
    expect(made.map(({ month }) => month).sort()).toEqual([
      ...Array(3).fill(december),
      ...Array(3).fill(`${year}-01`),
    ]);
  });

  it("makes no second invoice and no second mail when it runs again", async () => {
    await world.advance("1m");
    const [made, mails] = [await listInvoices(), await listMails()];
    await world.send(byHand);
    await world.advance("10d");
    await world.send(byHand);
    expect(world.runs().map(({ output }) => output)).toEqual([
      { invoiced: 3 },
      { invoiced: 0 },
      { invoiced: 0 },
    ]);
    expect(await listInvoices()).toEqual(made);
    expect(await listMails()).toEqual(mails);
  });

  it("makes one invoice for a month also when two runs are at it at once", async () => {
    await world.send([byHand, byHand]);
    expect(world.runs()).toHaveLength(2);
    for (const run of world.runs()) assertEnded(run);
    const november = `${year - 1}-11`;
    expect((await listInvoices()).map(({ month }) => month)).toEqual([november, november, november]);
    // Both may have sent it, as the same mail: it is shown once.
    expect(await listMails()).toHaveLength(3);
  });

  it("bills nobody who has canceled, or who began after the month", async () => {
    const halyard = eq(subscriptions.id, "sub_halyard");
    const fernhill = eq(subscriptions.id, "sub_fernhill");
    const before = await services().database.db.select().from(subscriptions);
    await services().database.db.update(subscriptions).set({ status: "canceled" }).where(halyard);
    await services()
      .database.db.update(subscriptions)
      .set({ startedAt: new Date(`${year}-01-01T00:00:00Z`) })
      .where(fernhill);
    await world.advance("1m");
    expect((await listInvoices()).map(({ subscriptionId }) => subscriptionId)).toEqual(["sub_northwind"]);
    await services().database.db.delete(invoices);
    await services().database.db.delete(subscriptions);
    await services().database.db.insert(subscriptions).values(before);
  });
});

describe("monthly-invoices that go wrong", () => {
  it("mail again under the same Message-ID when a mail was not taken, with the same number", async () => {
    const send = vi.spyOn(services().email, "send").mockRejectedValueOnce(new Error("Connection lost"));
    await world.advance("1m");
    expect(await listInvoices()).toHaveLength(3);
    expect((await listInvoices()).filter(({ mailedAt }) => mailedAt === null)).toHaveLength(1);
    await world.advance("1h");
    expect(world.run().output).toEqual({ invoiced: 3 });
    const keys = send.mock.calls.map(([{ key }]) => key.join());
    expect(keys).toHaveLength(4);
    expect(new Set(keys).size).toBe(3);
    send.mockRestore();
    expect((await listInvoices()).map(({ number }) => number)).toEqual(numbersOf(3));
    expect(await listMails()).toHaveLength(3);
  });

  it("are stopped by no subscription that fails for good; the next run finishes that one", async () => {
    world.fail("invoice-sub_halyard", { error: "The mail server is down" });
    await world.advance("2h");
    assertEnded(world.run());
    expect(world.run().steps["invoice-sub_halyard"]).toMatchObject({ status: "failed", attempts: 5 });
    expect(world.run().output).toEqual({ invoiced: 2 });
    expect(await services().logs.list(10)).toMatchObject([
      { level: "error", message: "invoice-sub_halyard failed for good: The mail server is down" },
    ]);

    await world.close();
    world = await createWorld({ client: inngest, functions, now: `${year}-01-02T10:00:00Z` });
    await world.send(byHand);
    expect(Object.keys(world.run().steps)).toEqual(["get-subscriptions", "invoice-sub_halyard"]);
    expect(world.run().output).toEqual({ invoiced: 1 });
    expect((await listInvoices()).map(({ number }) => number)).toEqual(numbersOf(3));
  });

  it("are mailed by the next month's run when no mail went out all day, under their numbers", async () => {
    const refused = new Error("connect ECONNREFUSED 10.0.0.9:25");
    const send = vi.spyOn(services().email, "send").mockRejectedValue(refused);
    await world.advance("1d");
    expect(world.run()).toMatchObject({
      status: "failed",
      error: { message: "None of 3 succeeded: each step says why" },
    });
    const ofDecember = await listInvoices();
    expect(ofDecember.map(({ number, mailedAt }) => [number, mailedAt])).toEqual(
      numbersOf(3).map((number) => [number, null]),
    );
    send.mockRestore();

    await world.advance("31d");
    const run = world.runs()[1];
    expect(run?.steps["get-subscriptions"]?.result).toEqual({ month: `${year}-01`, subscriptionIds });
    expect(run?.output).toEqual({ invoiced: 3 });
    const made = await listInvoices();
    expect(made.map(({ number }) => number)).toEqual(numbersOf(6));
    expect(made.every(({ mailedAt }) => mailedAt !== null)).toBe(true);
    for (const { id, month } of ofDecember) {
      const mailed = messageIdOf([id, "invoice"], services().config.mailFrom);
      const mail = (await listMails()).find(({ messageId }) => messageId === mailed);
      expect(mail?.subject).toContain(`for ${sayMonth(month)}`);
    }
    expect(await listMails()).toHaveLength(6);
  });

  it("are mailed also to who has canceled since, and nothing new to them", async () => {
    const halyard = eq(subscriptions.id, "sub_halyard");
    const { db } = services().database;
    await services().invoices.issue("sub_halyard", `${year - 1}-11`, new Date(`${december}-01T00:00:00Z`));
    await db.update(subscriptions).set({ status: "canceled" }).where(halyard);
    await world.advance("1m");
    await db.update(subscriptions).set({ status: "active" }).where(halyard);
    expect(world.run().output).toEqual({ invoiced: 3 });
    const ofHalyard = (await listInvoices()).filter(({ subscriptionId }) => subscriptionId === "sub_halyard");
    expect(ofHalyard).toMatchObject([{ month: `${year - 1}-11`, mailedAt: expect.any(Date) }]);
  });

  it("do not wait for an older invoice whose mail fails still", async () => {
    await services().invoices.issue("sub_halyard", `${year - 1}-11`, new Date(`${december}-01T00:00:00Z`));
    const { email } = services();
    const send = email.send.bind(email);
    const failing = vi
      .spyOn(email, "send")
      .mockImplementation((mail) =>
        mail.template === "invoice" && mail.variables.month === sayMonth(`${year - 1}-11`)
          ? Promise.reject(new Error("No"))
          : send(mail),
      );
    await world.advance("2h");
    failing.mockRestore();
    expect(world.run().output).toEqual({ invoiced: 2 });
    const unmailed = (await listInvoices()).filter(({ mailedAt }) => mailedAt === null);
    expect(unmailed).toMatchObject([{ subscriptionId: "sub_halyard", month: `${year - 1}-11` }]);
  });

  it("do not try again for an organization without an admin, but say so", async () => {
    const findAdmin = vi.spyOn(services().organizations, "findAdmin").mockResolvedValue(undefined);
    await world.advance("1m");
    findAdmin.mockRestore();
    expect(world.run().steps["invoice-sub_halyard"]?.attempts).toBe(1);
    const messages = (await services().logs.list(10)).map(({ message }) => message);
    expect(messages).toContainEqual(expect.stringContaining('"org_halyard" has no admin to send it to'));
  });

  it("make one invoice and one mail, whatever happens between server and app", async () => {
    const from = services().config.mailFrom;
    const report = await simulate({
      client: inngest,
      functions,
      seeds: 5,
      now: `${december}-31T23:59:00Z`,
      async before() {
        for (const table of [invoices, mailbox]) await services().database.db.delete(table);
      },
      observe: async () => ({
        invoices: (await listInvoices()).map(({ id, number, filePath }) => [id, number, filePath]),
        mails: (await listMails()).map(({ messageId, copies }) => [messageId, copies]),
      }),
      async check() {
        const made = await listInvoices();
        expect(made.map(({ number }) => number)).toEqual(numbersOf(3));
        const mails = await listMails();
        const mailed = mails.map(({ messageId }) => messageId).sort();
        expect(mailed).toEqual(made.map(({ id }) => messageIdOf([id, "invoice"], from)).sort());
        expect(mails.every(({ copies }) => copies === 1)).toBe(true);
      },
      play: (one) => one.advance("2h"),
    });
    assertSafe(report);
    expect(report.repeated.map(({ stepId }) => stepId)).toContain("invoice-sub_halyard");
  });
});
