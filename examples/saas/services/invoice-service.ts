/**
 * Invoices: one a subscription and month, numbered without gaps within a year. Every call may be
 * repeated, and several may run at once: the unique indexes decide, not who looked first.
 */
import { and, desc, eq, isNull, like, lt, lte, sql } from "drizzle-orm";
import type { Db } from "@/db/client.ts";
import { invoices, organizations, subscriptions } from "@/db/schema.ts";
import { renderInvoice } from "@/documents/invoice.tsx";
import type { InvoiceData } from "@/documents/invoice-data.ts";
import { toDay } from "@/lib/days.ts";
import { daysOf, endOf } from "@/lib/months.ts";
import { plans } from "@/lib/plans.ts";
import type { Organization, OrganizationService } from "./organization-service.ts";
import type { StorageService } from "./storage-service.ts";

export type Invoice = typeof invoices.$inferSelect;
/** One that has its PDF. */
export type IssuedInvoice = Invoice & { filePath: string; organization: Organization };

/** One to be made, or one that was made and not mailed. */
export type DueInvoice = { subscriptionId: string; month: string };

export interface InvoiceService {
  /**
   * The month of every active subscription that did not begin after it, and what this and earlier months
   * left unmailed; by subscription, the newest month first: an old one that fails holds up no new one.
   */
  listDue(month: string, subscriptionId?: string): Promise<DueInvoice[]>;
  /** Numbers it and makes its PDF, or gives back the one there is. `now` is when a new one is issued. */
  issue(subscriptionId: string, month: string, now: Date): Promise<IssuedInvoice>;
  /** It is finished: its mail was sent. */
  markMailed(invoiceId: string, at: Date): Promise<void>;
  /** An organization's, newest first. */
  list(organizationId: string, limit: number): Promise<Invoice[]>;
  /** A link that works for seven days. */
  downloadUrl(invoice: { filePath: string }): string;
}

type Parts = { db: Db; organizations: OrganizationService; storage: StorageService };
type Subscription = typeof subscriptions.$inferSelect;

const WEEK_MS = 7 * 86_400_000;

export function createInvoiceService(parts: Parts): InvoiceService {
  const { db, storage } = parts;

  async function findBilled(subscriptionId: string) {
    const [billed] = await db
      .select({ subscription: subscriptions, organization: organizations })
      .from(subscriptions)
      .innerJoin(organizations, eq(organizations.id, subscriptions.organizationId))
      .where(eq(subscriptions.id, subscriptionId));
    if (!billed) throw new Error(`There is no subscription "${subscriptionId}"`);
    return billed;
  }

  async function linesOf(subscription: Subscription, month: string): Promise<InvoiceData["lines"]> {
    const days = await parts.organizations.listUsage(subscription.organizationId, daysOf(month));
    const usageCents = days.reduce((sum, { costCents }) => sum + costCents, 0);
    return [
      { text: `${plans[subscription.plan].title} plan`, amountCents: subscription.monthlyCents },
      { text: "Usage", amountCents: usageCents },
    ];
  }

  async function listUnbilled(month: string, subscriptionId?: string): Promise<DueInvoice[]> {
    const billed = and(eq(invoices.subscriptionId, subscriptions.id), eq(invoices.month, month));
    const unbilled = await db
      .select({ subscriptionId: subscriptions.id })
      .from(subscriptions)
      .leftJoin(invoices, billed)
      .where(
        and(
          eq(subscriptions.status, "active"),
          lt(subscriptions.startedAt, endOf(month)),
          isNull(invoices.id),
          subscriptionId === undefined ? undefined : eq(subscriptions.id, subscriptionId),
        ),
      );
    return unbilled.map((row) => ({ ...row, month }));
  }

  const listUnmailed = async (month: string, subscriptionId?: string): Promise<DueInvoice[]> =>
    db
      .select({ subscriptionId: invoices.subscriptionId, month: invoices.month })
      .from(invoices)
      .where(
        and(
          isNull(invoices.mailedAt),
          lte(invoices.month, month),
          subscriptionId === undefined ? undefined : eq(invoices.subscriptionId, subscriptionId),
        ),
      );

  return {
    async listDue(month, subscriptionId) {
      const due = [
        ...(await listUnbilled(month, subscriptionId)),
        ...(await listUnmailed(month, subscriptionId)),
      ];
      return due.sort((a, b) => compare(a.subscriptionId, b.subscriptionId) || compare(b.month, a.month));
    },
    async issue(subscriptionId, month, now) {
      const { subscription, organization } = await findBilled(subscriptionId);
      const lines = await linesOf(subscription, month);
      const totalCents = lines.reduce((sum, { amountCents }) => sum + amountCents, 0);
      const invoice = await numberInvoice(db, { subscriptionId, month, amountCents: totalCents, now });
      if (invoice.filePath !== null) return { ...invoice, filePath: invoice.filePath, organization };

      const filePath = `invoices/${invoice.number}.pdf`;
      const pdf = await renderInvoice({
        number: invoice.number,
        issuedDay: toDay(invoice.createdAt),
        month,
        organization: organization.name,
        plan: plans[subscription.plan].title,
        lines,
        totalCents,
      });
      await storage.save(filePath, pdf);
      // The amount again: it may have changed since a first try was numbered, and the PDF says this one.
      const made = { filePath, amountCents: totalCents };
      await db.update(invoices).set(made).where(eq(invoices.id, invoice.id));
      return { ...invoice, ...made, organization };
    },
    async markMailed(invoiceId, at) {
      const unfinished = and(eq(invoices.id, invoiceId), isNull(invoices.mailedAt));
      await db.update(invoices).set({ mailedAt: at }).where(unfinished);
    },
    async list(organizationId, limit) {
      const rows = await db
        .select({ invoice: invoices })
        .from(invoices)
        .innerJoin(subscriptions, eq(subscriptions.id, invoices.subscriptionId))
        .where(eq(subscriptions.organizationId, organizationId))
        .orderBy(desc(invoices.month), desc(invoices.createdAt))
        .limit(limit);
      return rows.map(({ invoice }) => invoice);
    },
    downloadUrl: ({ filePath }) => storage.linkTo(filePath, new Date(Date.now() + WEEK_MS)),
  };
}

type Wanted = { subscriptionId: string; month: string; amountCents: number; now: Date };

/** Gives an invoice the year's next number. Whoever loses a number to another takes the one after. */
async function numberInvoice(db: Db, { now, ...wanted }: Wanted): Promise<Invoice> {
  const year = now.getUTCFullYear();
  const same = and(eq(invoices.subscriptionId, wanted.subscriptionId), eq(invoices.month, wanted.month));
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const [known] = await db.select().from(invoices).where(same);
    if (known) return known;
    await db
      .insert(invoices)
      .values({
        ...wanted,
        id: `inv_${wanted.subscriptionId}_${wanted.month}`,
        number: await nextNumber(db, year),
        createdAt: now,
      })
      .onConflictDoNothing();
  }
  throw new Error(`No number was free for an invoice of ${wanted.subscriptionId} in ${MOST_TRIES} tries`);
}

const MOST_TRIES = 100;

async function nextNumber(db: Db, year: number): Promise<string> {
  const prefix = `INV-${year}-`;
  const [last] = await db
    .select({ number: invoices.number })
    .from(invoices)
    .where(like(invoices.number, `${prefix}%`))
    // The longer one is the higher one: after 9999 comes 10000.
    .orderBy(desc(sql`length(${invoices.number})`), desc(invoices.number))
    .limit(1);
  const next = last ? Number(last.number.slice(prefix.length)) + 1 : 1;
  return `${prefix}${String(next).padStart(4, "0")}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
