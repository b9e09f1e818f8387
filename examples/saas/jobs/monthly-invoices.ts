/**
 * On the first of the month: an invoice for every active subscription, as a PDF and by mail. Which month
 * is meant is fixed at the start. A subscription has one invoice a month, whatever run makes it: a run
 * that finds one unfinished, also of an earlier month, finishes it, and its mail has the same Message-ID
 * from any run.
 */
import { cron, type GetStepTools, invoke, NonRetriableError } from "inngest";
import { z } from "zod";
import { now } from "@/lib/clock.ts";
import { inngest } from "@/lib/inngest/client.ts";
import { monthlyInvoicesRequested } from "@/lib/inngest/events.ts";
import { sayMoney } from "@/lib/money.ts";
import { monthBefore, sayMonth } from "@/lib/months.ts";
import { services } from "@/services/index.ts";
import type { DueInvoice } from "@/services/invoice-service.ts";
import { inPages, type Tally } from "./in-pages.ts";
import { mailLimit } from "./mail-limit.ts";
import { stepForEach } from "./step-for-each.ts";

const Page = z.object({ month: z.string(), subscriptionIds: z.array(z.string()) });

export const monthlyInvoices = inngest.createFunction(
  {
    id: "monthly-invoices",
    name: "Monthly Invoices",
    triggers: [cron("0 0 1 * *"), monthlyInvoicesRequested],
    concurrency: mailLimit,
  },
  async ({ step, runId }) => {
    const { month, subscriptionIds } = await step.run("get-subscriptions", async () => {
      const ended = monthBefore(now());
      const due = await services().invoices.listDue(ended);
      const ids = new Set(due.map(({ subscriptionId }) => subscriptionId));
      return { month: ended, subscriptionIds: [...ids] };
    });
    const invoiced = await inPages({
      ids: subscriptionIds,
      here: (ids) => sendInvoices({ month, subscriptionIds: ids }, step, runId),
      invoke: (ids, page) =>
        step.invoke(`page-${page}`, { function: monthlyInvoicesPage, data: { month, subscriptionIds: ids } }),
    });
    return { invoiced };
  },
);

export const monthlyInvoicesPage = inngest.createFunction(
  { id: "monthly-invoices-page", triggers: [invoke(Page)], concurrency: mailLimit },
  ({ event, step, runId }) => sendInvoices(event.data, step, runId),
);

type Step = GetStepTools<typeof inngest>;

function sendInvoices(page: z.infer<typeof Page>, step: Step, runId: string): Promise<Tally> {
  return stepForEach({
    step,
    runId,
    ids: page.subscriptionIds,
    stepId: (subscriptionId) => `invoice-${subscriptionId}`,
    act: (subscriptionId) => sendDue(subscriptionId, page.month),
  });
}

/** True also where a try before this one has sent it all. */
async function sendDue(subscriptionId: string, month: string): Promise<true> {
  for (const due of await services().invoices.listDue(month, subscriptionId)) await sendInvoice(due);
  return true;
}

async function sendInvoice({ subscriptionId, month }: DueInvoice): Promise<void> {
  const { email, invoices, organizations } = services();
  const invoice = await invoices.issue(subscriptionId, month, now());
  if (invoice.mailedAt) return;
  const { organization } = invoice;
  const admin = await organizations.findAdmin(organization.id);
  if (!admin) throw new NonRetriableError(`Organization "${organization.id}" has no admin to send it to`);
  await email.send({
    to: admin.email,
    template: "invoice",
    variables: {
      name: admin.name,
      organization: organization.name,
      number: invoice.number,
      month: sayMonth(month),
      amount: sayMoney(invoice.amountCents),
      pdfUrl: invoices.downloadUrl(invoice),
    },
    key: [invoice.id, "invoice"],
  });
  await invoices.markMailed(invoice.id, now());
}
