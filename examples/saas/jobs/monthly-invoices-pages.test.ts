/** The invoices of many: pages, and how many mails are under way at once. PDFs and mails are fakes. */
import { assertEnded, createWorld } from "stepwell/test";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { invoices, subscriptions } from "@/db/schema.ts";
import { inngest } from "@/lib/inngest/client.ts";
import { services } from "@/services/index.ts";
import { MAILS_AT_ONCE } from "./mail-limit.ts";
import { monthlyInvoices, monthlyInvoicesPage } from "./monthly-invoices.ts";

vi.mock("@/documents/invoice.tsx", () => ({ renderInvoice: async () => new Uint8Array() }));

const SUBSCRIPTIONS = 501;
let open = 0;
let mostOpen = 0;

beforeAll(async () => {
  await services().ready();
  const [one] = await services().database.db.select().from(subscriptions);
  if (!one) throw new Error("The demo data has no subscription");
  await services().database.db.delete(subscriptions);
  const many = Array.from({ length: SUBSCRIPTIONS }, (_, n) => ({ ...one, id: `sub_${n}` }));
  await services().database.db.insert(subscriptions).values(many);
  vi.spyOn(services().storage, "save").mockResolvedValue();
  vi.spyOn(services().email, "send").mockImplementation(async ({ to, key }) => {
    mostOpen = Math.max(mostOpen, ++open);
    await new Promise((done) => setImmediate(done));
    open--;
    return { messageId: `<${key.join(".")}>`, to, subject: "" };
  });
});
afterAll(() => vi.restoreAllMocks());

it("501 subscriptions are invoiced page by page, numbered without a gap, within the limit", async () => {
  await using world = await createWorld({
    client: inngest,
    functions: [monthlyInvoices, monthlyInvoicesPage],
  });
  await world.send({ name: "app/monthly-invoices", data: { triggeredBy: "usr_ada", manual: true } });
  const run = world.run("monthly-invoices");
  assertEnded(run);
  expect(run.output).toEqual({ invoiced: SUBSCRIPTIONS });
  const pages = world.runs("monthly-invoices-page");
  expect(pages).toHaveLength(11);
  expect(Object.keys(pages[10]?.steps ?? {})).toHaveLength(1);

  const made = await services().database.db.select().from(invoices);
  const year = new Date().getUTCFullYear();
  const numbers = Array.from(
    { length: SUBSCRIPTIONS },
    (_, n) => `INV-${year}-${String(n + 1).padStart(4, "0")}`,
  );
  expect(made.map(({ number }) => number).sort()).toEqual(numbers);
  expect(new Set(made.map(({ subscriptionId }) => subscriptionId)).size).toBe(SUBSCRIPTIONS);
  expect(made.every(({ mailedAt }) => mailedAt !== null)).toBe(true);
  expect(mostOpen).toBeLessThanOrEqual(MAILS_AT_ONCE);
}, 120_000);
