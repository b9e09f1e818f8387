import { assertEnded, assertSafe, createWorld, simulate, type World } from "stepwell/test";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { analytics, searchDocuments, subscriptions } from "@/db/schema.ts";
import { demoSubscriptions } from "@/db/seed-data.ts";
import { lastDays } from "@/lib/days.ts";
import { inngest } from "@/lib/inngest/client.ts";
import {
  doubleKey,
  type StripeDouble,
  startStripeDouble,
  stripeSubscription,
} from "@/services/fixtures/stripe-double.ts";
import { services } from "@/services/index.ts";
import { hourlySync } from "./hourly-sync.ts";

const functions = [hourlySync];
const byHand = { name: "app/hourly-sync", data: { triggeredBy: "usr_ada", manual: true } };
const DAY_MS = 86_400_000;
const organizationIds = ["org_northwind", "org_halyard", "org_fernhill"];

let stripe: StripeDouble;
let world: World;

beforeAll(async () => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  stripe = await startStripeDouble();
  vi.stubEnv("STRIPE_SECRET_KEY", doubleKey);
  vi.stubEnv("STRIPE_API_URL", stripe.url);
  await services().ready();
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await stripe.close();
  await services().database.close();
});

async function nothingIsSynced() {
  Object.assign(stripe, { mood: "well", moodFrom: 1, calls: [] });
  stripe.subscriptions = Array.from({ length: 260 }, (_, n) =>
    stripeSubscription({ id: `sub_of_stripe_${n}`, organizationId: organizationIds[n % 3] ?? "" }),
  );
  const { db } = services().database;
  for (const table of [analytics, searchDocuments, subscriptions]) await db.delete(table);
  await db.insert(subscriptions).values(demoSubscriptions);
}

/** A minute before noon of tomorrow: ahead of the machine's clock, so that `now()` is the world's. */
const beforeNoon = () => (Math.floor(Date.now() / DAY_MS) + 1.5) * DAY_MS - 60_000;

beforeEach(async () => {
  await nothingIsSynced();
  world = await createWorld({ client: inngest, functions, now: beforeNoon() });
});
afterEach(() => world.close());

async function listRows() {
  const { db } = services().database;
  const inOrder = <T extends { id: string }>(rows: T[]) => rows.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  return {
    analytics: await services().analytics.list({ start: "2000-01-01", end: "2999-12-31" }),
    documents: inOrder(await db.select().from(searchDocuments)),
    subscriptions: inOrder(await db.select().from(subscriptions)),
  };
}

const firstCounts = {
  stripe: "synced",
  subscriptions: 260,
  skipped: 0,
  analyticsDays: 31,
  // Three organizations, their five people, and the demo admin.
  documents: 9,
};

describe("hourly-sync", () => {
  it.each([
    ["its cron", () => world.advance("1m")],
    ["its event", () => world.send(byHand)],
  ])("started by %s brings everything up to date, and counts", async (_by, start) => {
    await start();
    const run = world.run("hourly-sync");
    assertEnded(run, "completed");
    expect(run.output).toEqual(firstCounts);
    expect(Object.keys(run.steps).toSorted()).toEqual([
      "sync-analytics",
      "sync-stripe-subscriptions",
      "update-search-index",
    ]);
    expect(stripe.calls).toHaveLength(3);
    const rows = await listRows();
    expect(rows.subscriptions).toHaveLength(260 + 3);
    expect(rows.analytics.map(({ day }) => day).at(-1)).toBe(lastDays(1, world.now()).end);
    expect(await services().search.search("ines", { limit: 5 })).toMatchObject([{ id: "person:usr_ines" }]);
  });

  it("done again an hour later makes the same rows", async () => {
    await world.advance("1m");
    const before = await listRows();
    await world.advance("1h");
    expect(world.runs("hourly-sync").map(({ status }) => status)).toEqual(["completed", "completed"]);
    expect(await listRows()).toEqual(before);
  });

  it("tries Stripe again after an error on the second page, and does figures and search meanwhile", async () => {
    Object.assign(stripe, { mood: "server error", moodFrom: 2 });
    await world.advance("1m");
    const { id, steps } = world.run("hourly-sync");
    expect(steps["sync-stripe-subscriptions"]).toMatchObject({
      status: "retrying",
      error: { message: "Something went wrong" },
    });
    expect(steps["sync-analytics"]).toMatchObject({ status: "completed", result: 31 });
    expect(steps["update-search-index"]).toMatchObject({ status: "completed", result: 9 });
    stripe.mood = "well";
    await world.advance("5m");
    assertEnded(world.run(id), "completed");
    expect(world.run(id).output).toEqual(firstCounts);
    expect(world.run(id).steps["sync-stripe-subscriptions"]?.attempts).toBe(2);
  });

  it("fails when Stripe does not come back, and has done the rest all the same", async () => {
    stripe.mood = "rate limit";
    await world.advance("1m");
    await world.advance("30m");
    const run = world.run("hourly-sync");
    assertEnded(run, "failed");
    expect(run.steps["sync-stripe-subscriptions"]?.attempts).toBe(5);
    expect((await listRows()).documents).toHaveLength(9);
    stripe.mood = "well";
    await world.advance("1h");
    expect(world.runs("hourly-sync").at(-1)?.output).toEqual(firstCounts);
  });
});

describe("whatever happens between server and app", () => {
  it("the rows are the same", async () => {
    const expected = { subscriptions: 263, documents: 9, analytics: 31 };
    const report = await simulate({
      client: inngest,
      functions,
      seeds: 7,
      now: beforeNoon(),
      faults: ["crash", "lost", "duplicate"],
      before: nothingIsSynced,
      observe: listRows,
      play: (one) => one.send(byHand),
      check: async () => {
        const rows = await listRows();
        const counts = Object.entries(rows).map(([name, found]) => [name, found.length]);
        expect(Object.fromEntries(counts)).toEqual(expected);
      },
    });
    assertSafe(report);
    expect(report.repeated.map(({ stepId }) => stepId).toSorted()).toEqual([
      "sync-analytics",
      "sync-stripe-subscriptions",
      "update-search-index",
    ]);
  });
});
