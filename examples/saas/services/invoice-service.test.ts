import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eq } from "drizzle-orm";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Db, OpenDatabase } from "@/db/client.ts";
import { openEmptyDatabase } from "@/db/fixtures/empty-database.ts";
import { invoices, subscriptions, usage } from "@/db/schema.ts";
import { seedDemo } from "@/db/seed.ts";
import { readInvoice } from "@/scripts/read-invoice.ts";
import { readPdf } from "@/scripts/read-pdf.ts";
import { createInvoiceService, type InvoiceService } from "./invoice-service.ts";
import { createOrganizationService } from "./organization-service.ts";
import { createStorageService, type StorageService } from "./storage-service.ts";

const firstOfApril = new Date("2026-04-01T00:00:00Z");

let root: string;
let database: OpenDatabase;
let db: Db;
let storage: StorageService;
let service: InvoiceService;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), "saas-invoices-"));
  database = await openEmptyDatabase();
  db = database.db;
  await seedDemo(db, firstOfApril);
  storage = createStorageService({ folder: root, secret: "s".repeat(32), appUrl: "http://127.0.0.1:3000" });
  const organizations = createOrganizationService({ db });
  service = createInvoiceService({ db, organizations, storage });
});
afterEach(async () => {
  rmSync(root, { recursive: true });
  await database.close();
});

async function subscribe(id: string, row: Partial<typeof subscriptions.$inferInsert> = {}) {
  const startedAt = new Date("2026-01-05T00:00:00Z");
  const pro = { organizationId: "org_halyard", plan: "pro", status: "active", monthlyCents: 2_900 } as const;
  await db.insert(subscriptions).values({ id, ...pro, startedAt, ...row });
}

async function readStored(path: string) {
  const { searchParams } = new URL(service.downloadUrl({ filePath: path }));
  const { expires = "", signature = "" } = Object.fromEntries(searchParams);
  const opened = await storage.open(path, expires, signature);
  if (opened.is !== "file") throw new Error(`${path} is ${opened.is}`);
  return readInvoice(await readPdf(opened.bytes));
}

const listDue = async (month: string) =>
  (await service.listDue(month)).map((due) => `${due.subscriptionId} ${due.month}`);

const listNumbers = async () => (await db.select().from(invoices)).map(({ number }) => number).sort();

describe("what is due", () => {
  it("is every active subscription that began before the month was over", async () => {
    await subscribe("sub_last_moment", { startedAt: new Date("2026-03-31T23:59:59.999Z") });
    await subscribe("sub_next_month", { startedAt: firstOfApril });
    await subscribe("sub_ended", { status: "canceled", endedAt: new Date("2026-03-15T00:00:00Z") });
    expect(await listDue("2026-03")).toEqual([
      "sub_fernhill 2026-03",
      "sub_halyard 2026-03",
      "sub_last_moment 2026-03",
      "sub_northwind 2026-03",
    ]);
  });

  it("is no longer what was mailed, but still what was only made", async () => {
    const { id } = await service.issue("sub_halyard", "2026-03", firstOfApril);
    await service.issue("sub_fernhill", "2026-03", firstOfApril);
    await service.markMailed(id, firstOfApril);
    expect(await listDue("2026-03")).toEqual(["sub_fernhill 2026-03", "sub_northwind 2026-03"]);
  });

  it("is also what earlier months left unmailed, after this month's; of later ones nothing", async () => {
    await service.issue("sub_halyard", "2026-01", firstOfApril);
    await service.issue("sub_halyard", "2026-02", firstOfApril);
    await service.issue("sub_halyard", "2026-04", firstOfApril);
    const { id } = await service.issue("sub_fernhill", "2026-02", firstOfApril);
    await service.markMailed(id, firstOfApril);
    expect(await listDue("2026-03")).toEqual([
      "sub_fernhill 2026-03",
      "sub_halyard 2026-03",
      "sub_halyard 2026-02",
      "sub_halyard 2026-01",
      "sub_northwind 2026-03",
    ]);
    expect(await service.listDue("2026-03", "sub_halyard")).toEqual(
      ["2026-03", "2026-02", "2026-01"].map((month) => ({ subscriptionId: "sub_halyard", month })),
    );
  });

  it("of a canceled subscription is what it was billed before, and no more", async () => {
    await subscribe("sub_ended");
    await service.issue("sub_ended", "2026-02", firstOfApril);
    await db.update(subscriptions).set({ status: "canceled" }).where(eq(subscriptions.id, "sub_ended"));
    expect(await service.listDue("2026-03", "sub_ended")).toEqual([
      { subscriptionId: "sub_ended", month: "2026-02" },
    ]);
  });
});

describe("an invoice", () => {
  it("is the plan's fee and the usage of its month alone, in the row as in the PDF", async () => {
    const halyard = eq(usage.organizationId, "org_halyard");
    const days = await db.select().from(usage).where(halyard);
    const inMarch = days.filter(({ day }) => day >= "2026-03-01" && day <= "2026-03-31");
    const usageCents = inMarch.reduce((sum, { costCents }) => sum + costCents, 0);
    expect(inMarch).toHaveLength(31);
    expect(days.length).toBeGreaterThan(31);

    const invoice = await service.issue("sub_halyard", "2026-03", firstOfApril);
    expect(invoice).toMatchObject({
      number: "INV-2026-0001",
      amountCents: 2_900 + usageCents,
      mailedAt: null,
    });
    expect(await readStored(invoice.filePath)).toEqual({
      facts: {
        Number: "INV-2026-0001",
        Issued: "1 April 2026",
        For: "Halyard Logistics",
        Month: "March 2026",
        Plan: "Pro",
      },
      lines: [
        { text: "Pro plan", amountCents: 2_900 },
        { text: "Usage", amountCents: usageCents },
      ],
      totalCents: 2_900 + usageCents,
    });
    expect(await service.list("org_halyard", 10)).toMatchObject([{ id: invoice.id, month: "2026-03" }]);
    expect(await service.list("org_northwind", 10)).toEqual([]);
  });

  it("is the same when it is asked for again, later and with another price", async () => {
    const first = await service.issue("sub_halyard", "2026-03", firstOfApril);
    await db.update(subscriptions).set({ monthlyCents: 9_900 });
    expect(await service.issue("sub_halyard", "2026-03", new Date("2026-04-09T00:00:00Z"))).toEqual(first);
    expect(await listNumbers()).toEqual(["INV-2026-0001"]);
  });

  it("that a crash left without a PDF keeps its number, and its row says what the PDF says", async () => {
    const save = vi.spyOn(storage, "save").mockRejectedValueOnce(new Error("The disk is full"));
    await expect(service.issue("sub_halyard", "2026-03", firstOfApril)).rejects.toThrow("The disk is full");
    expect(await db.select().from(invoices)).toMatchObject([{ number: "INV-2026-0001", filePath: null }]);

    await db.update(subscriptions).set({ monthlyCents: 9_900 });
    const tenth = new Date("2026-04-10T00:00:00Z");
    const { filePath, amountCents } = await service.issue("sub_halyard", "2026-03", tenth);
    expect(save).toHaveBeenCalledTimes(2);
    const { facts, totalCents } = await readStored(filePath);
    expect(facts).toMatchObject({ Number: "INV-2026-0001", Issued: "1 April 2026" });
    expect(totalCents).toBe(amountCents);
    expect(await db.select().from(invoices)).toMatchObject([{ amountCents, filePath }]);
  });

  it("cannot be made for a subscription that does not exist", async () => {
    const lost = service.issue("sub_lost", "2026-03", firstOfApril);
    await expect(lost).rejects.toThrow('There is no subscription "sub_lost"');
    expect(await listNumbers()).toEqual([]);
  });
});

describe("numbers", () => {
  const fakePdf = () => vi.spyOn(storage, "save").mockResolvedValue();

  it("have no gap and no double, however many are made at once and twice", async () => {
    fakePdf();
    const ids = Array.from({ length: 12 }, (_, n) => `sub_${n}`);
    for (const id of ids) await subscribe(id);
    const twice = [...ids, ...ids].map((id) => service.issue(id, "2026-03", firstOfApril));
    const made = await Promise.all(twice);
    const expected = ids.map((_, n) => `INV-2026-${String(n + 1).padStart(4, "0")}`);
    expect(await listNumbers()).toEqual(expected);
    expect(made.slice(12).map(({ number }) => number)).toEqual(made.slice(0, 12).map(({ number }) => number));
  });

  it("begin again with the year in which they are given out, and go on past 9999", async () => {
    fakePdf();
    const january = new Date("2027-01-01T00:00:00Z");
    const numberOf = async (id: string, month: string, at: Date) =>
      (await service.issue(id, month, at)).number;
    expect(await numberOf("sub_halyard", "2026-11", new Date("2026-12-01T00:00:00Z"))).toBe("INV-2026-0001");
    expect(await numberOf("sub_halyard", "2026-12", january)).toBe("INV-2027-0001");
    await db.update(invoices).set({ number: "INV-2027-9999" }).where(eq(invoices.month, "2026-12"));
    expect(await numberOf("sub_fernhill", "2026-12", january)).toBe("INV-2027-10000");
    expect(await numberOf("sub_northwind", "2026-12", january)).toBe("INV-2027-10001");
  });
});
