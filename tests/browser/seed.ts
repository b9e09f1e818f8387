/** Two days in the life of the shop, then one run that waits at each gate; the same each time. */
import { api, password } from "./people.ts";
import type { Place } from "./place.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Runs by what is to be seen in them. */
export interface Seeded {
  completed: string;
  failed: string;
  /** An event id of the failed run. */
  failedEvent: string;
  skipped: string;
  long: string;
  /** A waiting run for each gate. */
  waiting: Record<WaitingAt, string>;
}
export type WaitingAt =
  | "concurrency"
  | "throttle"
  | "sleep"
  | "event"
  | "signal"
  | "invoke"
  | "retry"
  | "pause"
  | "start"
  | "app";

export interface SeedOptions {
  /** Of the long run. Default 40. */
  steps?: number;
  /** How many orders an hour. Default 3. */
  orders?: number;
  /** How long the shop has been open. Default 48. */
  hours?: number;
}

export async function seed(place: Place, options: SeedOptions = {}): Promise<Seeded> {
  const { steps = 40, orders = 3, hours = 48 } = options;
  const [early = ""] = await place.send({
    name: "shop/customer.created",
    data: { customer: "late@example.com" },
  });
  await place.idle();
  // The first customer has slept for a day by then, and waits for the order.
  const awakeAt = place.clock.now() + 25 * HOUR;
  await pastHours(place, hours, orders);
  place.clock.moveTo(awakeAt);
  await place.idle();
  const one = async (name: string, data: object, status: string): Promise<string> => {
    const [event = ""] = await place.send({ name, data });
    const [run = ""] = await place.runsOf(event);
    await place.runIs(run, status);
    return run;
  };
  const long = await one("pipeline/started", { steps }, "completed");
  const completed = await one("shop/order.placed", order(9_001), "completed");
  const [failedEvent = ""] = await place.send({ name: "shop/order.placed", data: order(9_002, "declined") });
  const [failed = ""] = await place.runsOf(failedEvent);
  await passUntil(place, failed, "failed", MINUTE);
  await gathered(place);
  await peopleAndKeys(place);
  const [event = ""] = await place.runsOf(early);
  const waiting = { event, ...(await waitAtEachGate(place, one)) };
  const [again = ""] = await place.send({ name: "books/export.requested", data: {} });
  const [skipped = ""] = await place.runsOf(again);
  await place.runIs(skipped, "skipped");
  return { completed, failed, failedEvent, skipped, long, waiting };
}

function order(number: number, card = "ok"): Record<string, unknown> {
  return {
    order: `A-${number}`,
    customer: `customer-${number % 17}@example.com`,
    total: 20 + (number % 90),
    card,
  };
}

/** Orders and schedules of some hours, some of them declined. */
async function pastHours(place: Place, hours: number, orders: number): Promise<void> {
  for (let hour = 0; hour < hours; hour += 1) {
    const startsAt = Math.floor(place.clock.now() / HOUR) * HOUR + HOUR;
    // A schedule whose time is jumped over is one that was missed: the clock stops there.
    await stopAt(place, startsAt + 5 * MINUTE);
    for (let n = 0; n < orders; n += 1) {
      const number = hour * orders + n;
      const declined = number % 11 === 7;
      const [event = ""] = await place.send({
        name: "shop/order.placed",
        data: order(number, declined ? "declined" : "ok"),
      });
      const [run = ""] = await place.runsOf(event);
      if (declined) await passUntil(place, run, "failed", MINUTE);
      else await place.runIs(run, "completed");
      place.clock.advance(6 * MINUTE);
    }
    await stopAt(place, startsAt + 30 * MINUTE);
  }
}

async function stopAt(place: Place, at: number): Promise<void> {
  place.clock.moveTo(at);
  await place.idle();
}

/** Time passes until the run's retries are over. */
async function passUntil(place: Place, run: string, status: string, stepMs: number): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    await place.idle();
    if ((await place.server.engine.read.run(run))?.status === status) return;
    place.clock.advance(stepMs);
  }
  throw new Error(`run ${run} has not become ${status}`);
}

/** What the settings have to show; their audit log, too. */
async function peopleAndKeys({ url }: Place): Promise<void> {
  const post = async (path: string, body: object): Promise<void> => {
    const answer = await fetch(`${url}${api}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-stepwell-csrf": "1" },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
  };
  for (const [name, role] of [
    ["ana", "admin"],
    ["otto", "operator"],
    ["vera", "viewer"],
  ])
    await post("/users", { name, role, password });
  await post("/keys", { name: "nightly export", scopes: ["read"], expiresInDays: 90 });
  await post("/keys", { name: "deploy", scopes: ["read", "apps:write", "functions:write"] });
  await post("/events", { name: "report/requested", data: { by: "hand" } });
}

/** Events of which no run comes at once: debounced, in a batch, rate limited, of a name that nobody listens to. */
async function gathered(place: Place): Promise<void> {
  await place.send(
    { name: "search/document.changed", data: { index: "products" } },
    { name: "import/row.received", data: { row: 1 } },
    { name: "import/row.received", data: { row: 2 } },
    { name: "webhook/received", data: { sender: "acme" } },
    { name: "webhook/received", data: { sender: "acme" } },
    { name: "webhook/received", data: { sender: "acme" } },
    { name: "nobody/listens", data: { hello: "world" } },
    { name: "long/name.of.an.event.that.somebody.thought.would.be.a.good.idea", data: {} },
  );
  await place.idle();
}

async function waitAtEachGate(
  place: Place,
  one: (name: string, data: object, status: string) => Promise<string>,
): Promise<Omit<Seeded["waiting"], "event">> {
  const { engine } = place.server;
  const pause = await one("stock/audit.requested", { shelf: 7 }, "running");
  await place.idle();
  await engine.setMode("shop-audit-stock", "paused");
  place.clock.advance(2 * MINUTE);
  await place.idle();
  const contact = { account: "acme" };
  const app = await one("crm/contact.updated", { ...contact, hold: "first" }, "running");
  await one("crm/contact.updated", { ...contact, hold: "second" }, "running");
  await one("crm/contact.updated", contact, "queued");
  const concurrency = await one("crm/contact.updated", contact, "queued");
  for (const to of ["everybody", "the others", "the rest"])
    await place.send({ name: "mail/newsletter.requested", data: { to } });
  const throttle = await one("mail/newsletter.requested", { to: "the late ones" }, "queued");
  const sleep = await one("shop/customer.created", { customer: "new@example.com" }, "running");
  const signal = await one("shop/refund.requested", { order: "A-9001" }, "running");
  const invoke = await one("shop/dispute.opened", { order: "A-9002" }, "running");
  await one("books/export.requested", {}, "running");
  const [later = ""] = await place.send({
    name: "shop/order.placed",
    data: order(9_003),
    ts: place.clock.now() + 3 * HOUR,
  });
  const [start = ""] = await place.runsOf(later);
  const retry = await one("sync/requested", { partner: "north" }, "running");
  await place.idle();
  // Nothing was just now.
  place.clock.advance(12_000);
  await place.idle();
  return { app, concurrency, throttle, start, sleep, signal, invoke, retry, pause };
}
