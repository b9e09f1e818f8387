/** The plans: chosen once, confirmed by mail, and invoiced once a month. */
import { sayMoney } from "../lib/money.ts";
import type { DemoDatabase } from "./demo-database.ts";
import { type People, type Person, waitForMail } from "./demo-people.ts";
import { chapter, count, detail, expectThat, tick } from "./demo-steps.ts";
import { readInvoice } from "./read-invoice.ts";
import { readPdf } from "./read-pdf.ts";

export async function choosePlans({ alva, bo }: People, hint: string): Promise<void> {
  chapter("They choose a plan");
  await choosePlan(alva, "pro", hint);
  await choosePlan(bo, "business", hint);
  const refused = await bo.app.status(`/api/organizations/${alva.organizationId}/subscription`, {
    plan: "free",
  });
  expectThat(refused === 404, `Bo changing the plan of Alva's team answered ${refused}, not 404`);
  tick("Bo cannot change the plan of Alva's team");
}

async function choosePlan(person: Person, plan: string, hint: string): Promise<void> {
  const { app, organization, organizationId } = person;
  await app.subscribe(organizationId, plan);
  const { changed } = await app.subscribe(organizationId, plan);
  expectThat(!changed, `Choosing the plan ${plan} again changed something`);
  const mail = await waitForMail(person, "is now on the", hint);
  const isIts = mail.subject.includes(organization) && mail.text.toLowerCase().includes(plan);
  expectThat(isIts, `The mail “${mail.subject}” does not confirm the plan ${plan} of ${organization}`);
  tick(`Confirmed by mail: “${mail.subject}”`);
}

/** For the month that ended at the one tick of `monthly-invoices`. */
export async function checkInvoices(database: DemoDatabase, month: string, people: People): Promise<void> {
  const billed = await database.listBilled(month);
  const unpaid = billed.filter(({ invoices }) => invoices.length !== 1);
  expectThat(billed.length > 0, `No subscription was active in ${month}`);
  expectThat(
    unpaid.length === 0,
    `Not exactly one invoice for ${month}: ${unpaid.map(({ id, invoices }) => `${id} has ${invoices.length}`).join(", ")}`,
  );
  for (const { invoices } of billed) {
    const [number = ""] = invoices;
    const mails = await database.countMails(`Invoice ${number} for %`);
    expectThat(mails === 1, `Invoice ${number} was mailed ${mails} times, not once`);
  }
  tick(
    `${count(billed.length, "active subscription")}, ${count(billed.length, "invoice")} for ${month}, each mailed once`,
  );
  for (const person of Object.values(people)) await checkInvoiceMail(person);
}

async function checkInvoiceMail({ app, name, email, organization }: Person): Promise<void> {
  const mails = (await app.mails(email)).filter(({ subject }) => subject.startsWith("Invoice "));
  const [mail] = mails;
  expectThat(mail !== undefined && mails.length === 1, `${name} has ${mails.length} invoices, not one`);
  const [, number = ""] = /^Invoice (\S+) for /.exec(mail.subject) ?? [];
  const link = /https?:\/\/\S+\/files\/invoices\/\S+/.exec(mail.text)?.[0];
  expectThat(link !== undefined, `The mail “${mail.subject}” has no link to its PDF`);
  const { facts, lines, totalCents } = readInvoice(await readPdf(await app.download(link)));
  const isIts = facts.Number === number && facts.For === organization;
  expectThat(isIts, `The PDF of ${number} is number ${facts.Number} for ${facts.For}`);
  const sum = lines.reduce((cents, { amountCents }) => cents + amountCents, 0);
  expectThat(
    sum === totalCents,
    `The lines of ${number} add up to ${sum} cents, and its total is ${totalCents}`,
  );
  const total = sayMoney(totalCents);
  expectThat(mail.text.includes(total), `The mail about ${number} does not say its total of ${total}`);
  detail(`${name}: ${number}, ${total}; the PDF says the same, and its lines add up`);
}
