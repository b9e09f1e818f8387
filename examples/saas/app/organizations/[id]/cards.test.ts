import { createElement, type FunctionComponent } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { services } from "@/services/index.ts";
import type { Invoice } from "@/services/invoice-service.ts";
import type { Report } from "@/services/report-service.ts";
import type { Subscription } from "@/services/subscription-service.ts";
import { InvoiceCard } from "./invoice-card.tsx";
import { PlanCard } from "./plan-card.tsx";
import { ReportCard } from "./report-card.tsx";

beforeAll(() => services().ready());
beforeEach(() => void vi.useFakeTimers({ now: new Date("2026-12-31T23:59:59Z"), toFake: ["Date"] }));
afterEach(() => void vi.useRealTimers());

const organizationId = "org_northwind";
const html = <P extends object>(card: FunctionComponent<P>, props: P) =>
  renderToStaticMarkup(createElement(card, props));
const count = (text: string, part: string) => text.split(part).length - 1;

function invoice(at: number): Invoice {
  const number = `INV-2026-${String(at).padStart(4, "0")}`;
  const month = `2026-${String(at).padStart(2, "0")}`;
  const filePath = at === 11 ? null : `invoices/${number}.pdf`;
  const made = { createdAt: new Date(), mailedAt: null, amountCents: 123_456 };
  return { ...made, id: number, number, month, filePath, subscriptionId: "sub_northwind" };
}

describe("the invoices", () => {
  const shared = { organizationId, hasPlan: true, query: {} };

  it("say when the first one comes, at the end of a year, too", () => {
    const card = html(InvoiceCard, { ...shared, invoices: [] });
    expect(card).toContain("The first one comes on 1 January 2027.");
    const without = html(InvoiceCard, { ...shared, hasPlan: false, invoices: [] });
    expect(without).toContain("They start with the first plan.");
  });

  it("have number, month, amount, and a link where there is a PDF", () => {
    const card = html(InvoiceCard, { ...shared, invoices: [invoice(11), invoice(10)] });
    expect(card).toContain("INV-2026-0011");
    expect(card).toContain("November 2026");
    expect(count(card, "$1,234.56")).toBe(2);
    expect(card).toContain("PDF is being made");
    expect([...card.matchAll(/href="([^"]+)"/g)].map(([, link]) => link)).toEqual([
      expect.stringMatching(/\/files\/invoices\/INV-2026-0010\.pdf\?expires=\d+&amp;signature=.+/),
    ]);
  });

  it("are ten, until more are asked for", () => {
    const invoices = Array.from({ length: 11 }, (_, at) => invoice(at + 1));
    const few = html(InvoiceCard, { ...shared, invoices });
    expect(count(few, 'data-testid="invoice"')).toBe(10);
    expect(few).toContain('href="/organizations/org_northwind?more=invoices#invoices"');
    const more = html(InvoiceCard, { ...shared, invoices, query: { more: "invoices" } });
    expect(count(more, 'data-testid="invoice"')).toBe(11);
    expect(more).not.toContain("Show more");
  });
});

describe("a failed report", () => {
  it("says why, as text", () => {
    const failed: Report = {
      id: "r1",
      organizationId,
      reportType: "usage",
      startDay: "2026-12-01",
      endDay: "2026-12-30",
      status: "failed",
      filePath: null,
      error: "The disk is <full>",
      createdAt: new Date(),
      readyAt: null,
    };
    const card = html(ReportCard, { organizationId, reports: [failed], query: {} });
    expect(card).toContain("The disk is &lt;full&gt;");
    expect(card).toContain('data-status="failed"');
  });
});

describe("the plan", () => {
  const shared = { organizationId, query: {}, subscription: undefined };

  it("can be chosen by those who may, one of three", () => {
    const card = html(PlanCard, { ...shared, mayChange: true });
    expect([...card.matchAll(/type="radio"[^>]*value="(\w+)"/g)].map(([, plan]) => plan)).toEqual([
      "free",
      "pro",
      "business",
    ]);
    expect(card).toContain("$99.00 a month");
    expect(html(PlanCard, { ...shared, mayChange: false })).not.toContain("<form");
  });

  it("is changed at Stripe where Stripe bills it", () => {
    const subscription: Subscription = {
      id: "sub_1",
      organizationId,
      plan: "pro",
      status: "active",
      monthlyCents: 2_900,
      billedBy: "stripe",
      startedAt: new Date(),
      endedAt: null,
    };
    const card = html(PlanCard, { ...shared, subscription, mayChange: true });
    expect(card).not.toContain("<form");
    expect(card).toContain("Stripe bills this plan: it is changed there.");
    const ours = { ...subscription, billedBy: "app" } as const;
    expect(html(PlanCard, { ...shared, subscription: ours, mayChange: true })).toContain("<form");
  });

  it("shows a refusal of its own form, and of no other", () => {
    const refused = (card: string) =>
      html(PlanCard, { ...shared, mayChange: true, query: { card, error: "Not sent" } });
    expect(refused("plan")).toMatch(/role="alert"[^>]*>Not sent</);
    expect(refused("uploads")).not.toContain("Not sent");
  });
});
