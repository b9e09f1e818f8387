/** Every mail once, as it could be sent: for the tests, and for `scripts/render-mails.ts`. */
import { plans, sayPrice } from "@/lib/plans.ts";
import type { MailContent, TemplateName } from "./index.ts";

type VariablesOf<N extends TemplateName> = Extract<MailContent, { template: N }>["variables"];

export const sampleVariables = {
  welcome: { name: "Ada Ünal" },
  "getting-started-tips": { name: "Ada Ünal" },
  "re-engagement": { name: "Ada Ünal" },
  "report-ready": {
    name: "Ada Ünal",
    organization: "Northwind Tea",
    report: "Usage report",
    period: "1 March 2026 to 31 March 2026",
    pdfUrl: "https://app.tallyho.example/files/reports/r1.pdf?expires=1775001600&signature=9f2c",
  },
  "report-failed": {
    name: "Ada Ünal",
    organization: "Northwind Tea",
    report: "Usage report",
    period: "1 March 2026 to 31 March 2026",
    reason: "The disk is full",
    retryUrl: "https://app.tallyho.example/organizations/org_northwind",
  },
  "subscription-confirmed": {
    name: "Ada Ünal",
    organization: "Northwind Tea",
    plan: "Pro",
    price: sayPrice(plans.pro.monthlyCents),
  },
  "daily-report": {
    name: "Ada Ünal",
    organization: "Northwind Tea",
    day: "31 March 2026",
    apiCalls: "12,480",
    mailsSent: "318",
    storageMb: "2,048",
    cost: "$7.35",
    unsubscribeUrl: "https://app.tallyho.example/unsubscribe?user=usr_ada&signature=41d7",
  },
  invoice: {
    name: "Ada Ünal",
    organization: "Northwind Tea",
    number: "INV-2026-0007",
    month: "March 2026",
    amount: "$29.00",
    pdfUrl: "https://app.tallyho.example/files/invoices/i7.pdf?expires=1775606400&signature=c05b",
  },
  "health-check-failed": {
    name: "Ada Ünal",
    services: "Redis, Stripe",
    reasons: "Redis: connection refused; Stripe: no answer within 5 s",
    at: "31 March 2026, 09:05 UTC",
  },
  "health-check-recovered": {
    name: "Ada Ünal",
    services: "Redis, Stripe",
    at: "31 March 2026, 09:20 UTC",
  },
} satisfies { [N in TemplateName]: VariablesOf<N> };

export const sampleMails = Object.entries(sampleVariables).map(
  ([template, variables]) => ({ template, variables }) as MailContent,
);
