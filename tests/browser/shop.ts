/**
 * The app that the browser tests and the screenshots look at: a shop whose functions wait, fail and run in
 * every way there is. Time passes only where a step says so (`works`), so that every picture is the same.
 */

import { type Inngest, type InngestFunction, NonRetriableError } from "../protocol/sdk.ts";
import type { StillClock } from "../protocol/still-clock.ts";

class CardDeclined extends Error {
  override name = "CardDeclined";
}

/** Steps that take this long by the server's clock. */
const worksOn =
  (clock: StillClock) =>
  <T>(ms: number, value: T) =>
  () => {
    clock.moveTo(clock.now() + ms);
    return value;
  };

/** Calls that stay open until the test lets them go, by the id in their event. */
export interface Held {
  until(id: string): Promise<void>;
  release(id: string): void;
  releaseAll(): void;
  /** Calls that are held now. */
  count(): number;
}

export function createHeld(): Held {
  const waiting = new Map<string, () => void>();
  return {
    until: (id) => new Promise((resolve) => waiting.set(id, resolve)),
    release(id) {
      waiting.get(id)?.();
      waiting.delete(id);
    },
    releaseAll() {
      for (const id of [...waiting.keys()]) this.release(id);
    },
    count: () => waiting.size,
  };
}

export function shopFunctions(client: Inngest.Any, clock: StillClock, held: Held): InngestFunction.Any[] {
  const works = worksOn(clock);
  const packOrder = client.createFunction(
    { id: "pack-order", name: "Pack an order", triggers: [{ event: "shop/order.packed" }] },
    async ({ event, step }) =>
      step.run("print-label", works(900, { order: event.data.order ?? null, label: "DHL-77120" })),
  );
  const approveRefund = client.createFunction(
    { id: "approve-refund", name: "Approve a refund", triggers: [{ event: "shop/refund.requested" }] },
    async ({ event, step }) =>
      step.waitForSignal("approval", {
        signal: `refund-${event.data.order}`,
        timeout: "3d",
        onConflict: "fail",
      }),
  );
  return [
    packOrder,
    client.createFunction(
      { id: "fulfil-order", name: "Fulfil an order", retries: 2, triggers: [{ event: "shop/order.placed" }] },
      async ({ event, step }) => {
        const stock = await step.run("reserve-stock", works(420, { reserved: true, warehouse: "Berlin" }));
        const charge = async ({ card, total }: { card: string; total: number }) => {
          clock.moveTo(clock.now() + 1_300);
          if (card === "declined")
            throw new CardDeclined(`402: the card of ${event.data.customer} was declined`, {
              cause: new Error("insufficient funds"),
            });
          return { charged: total };
        };
        await step.run("charge-card", charge, { card: event.data.card, total: event.data.total });
        const receipt = async () => {
          if (event.data.hold) await held.until(event.data.hold);
          return works(650, { to: event.data.customer })();
        };
        const [mail, label] = await Promise.all([
          step.run("mail-receipt", receipt),
          step.invoke("pack", { function: packOrder, data: { order: event.data.order } }),
        ]);
        return { stock, mail, label };
      },
    ),
    client.createFunction(
      { id: "welcome-customer", name: "Welcome a customer", triggers: [{ event: "shop/customer.created" }] },
      async ({ event, step }) => {
        await step.run("mail-welcome", works(300, { to: event.data.customer }));
        await step.sleep("a-day", "1d");
        const order = await step.waitForEvent("first-order", {
          event: "shop/order.placed",
          if: "async.data.customer == event.data.customer",
          timeout: "7d",
        });
        return { ordered: order !== null };
      },
    ),
    client.createFunction(
      {
        id: "sync-crm",
        name: "Sync the CRM",
        concurrency: [{ limit: 2, key: "event.data.account" }],
        triggers: [{ event: "crm/contact.updated" }],
      },
      async ({ event, step }) => {
        await step.run("push", async () => {
          if (event.data.hold) await held.until(event.data.hold);
          return { pushed: event.data.account };
        });
      },
    ),
    client.createFunction(
      {
        id: "send-newsletter",
        name: "Send the newsletter",
        throttle: { limit: 2, period: "1h", burst: 1 },
        triggers: [{ event: "mail/newsletter.requested" }],
      },
      async ({ event, step }) => step.run("send", works(200, { to: event.data.to })),
    ),
    client.createFunction(
      {
        id: "reindex",
        name: "Rebuild the search index",
        debounce: { period: "10m", timeout: "1h", key: "event.data.index" },
        triggers: [{ event: "search/document.changed" }],
      },
      async ({ step }) => step.run("rebuild", works(5_000, { documents: 18_204 })),
    ),
    client.createFunction(
      {
        id: "import-rows",
        name: "Import rows",
        batchEvents: { maxSize: 5, timeout: "600s" },
        triggers: [{ event: "import/row.received" }],
      },
      async ({ events, step }) => step.run("insert", works(80, { rows: events.length })),
    ),
    client.createFunction(
      {
        id: "receive-webhook",
        name: "Receive a webhook",
        rateLimit: { limit: 2, period: "1h", key: "event.data.sender" },
        triggers: [{ event: "webhook/received" }],
      },
      async ({ step }) => step.run("store", works(40, "stored")),
    ),
    client.createFunction(
      {
        id: "export-books",
        name: "Export the books",
        singleton: { mode: "skip" },
        triggers: [{ event: "books/export.requested" }],
      },
      async ({ step }) => {
        await step.sleep("until-night", "8h");
        return step.run("export", works(2_000, { rows: 120_000 }));
      },
    ),
    approveRefund,
    client.createFunction(
      { id: "close-dispute", name: "Close a dispute", triggers: [{ event: "shop/dispute.opened" }] },
      async ({ event, step }) =>
        step.invoke("refund", { function: approveRefund, data: { order: event.data.order } }),
    ),
    client.createFunction(
      { id: "audit-stock", name: "Audit the stock", triggers: [{ event: "stock/audit.requested" }] },
      async ({ step }) => {
        await step.sleep("a-minute", "1m");
        return step.run("count", works(900, 4_100));
      },
    ),
    client.createFunction(
      { id: "flaky-sync", name: "Flaky sync", retries: 4, triggers: [{ event: "sync/requested" }] },
      async ({ step }) => {
        await step.run("pull", () => {
          clock.moveTo(clock.now() + 700);
          throw new Error("503: the partner's API is being maintained");
        });
      },
    ),
    client.createFunction(
      {
        id: "nightly-report",
        name: "Nightly report",
        triggers: [{ cron: "TZ=Europe/Berlin 30 2 * * *" }, { event: "report/requested" }],
      },
      async ({ event, step }) => {
        const rows = await step.run("collect", works(3_100, 412));
        if ((event.data as { fail?: boolean }).fail)
          throw new NonRetriableError("The report has no template for 2026");
        return step.run("render", works(1_900, { rows, pages: 12 }));
      },
    ),
    client.createFunction(
      { id: "hourly-check", name: "Hourly check", triggers: [{ cron: "5 * * * *" }] },
      async ({ step }) => step.run("ping", works(120, "ok")),
    ),
    client.createFunction(
      { id: "long-pipeline", name: "Long pipeline", triggers: [{ event: "pipeline/started" }] },
      async ({ event, step }) => {
        for (let n = 0; n < event.data.steps; n += 1) await step.run(`stage-${n}`, works(250, n));
        return event.data.steps;
      },
    ),
    client.createFunction(
      {
        id: "a-function-with-quite-a-long-name-as-generated-by-a-tool-that-knows-no-measure",
        name: "A function with quite a long name, as generated by a tool that knows no measure",
        triggers: [{ event: "long/name.of.an.event.that.somebody.thought.would.be.a.good.idea" }],
      },
      async () => "مرحبا بالعالم",
    ),
  ];
}
