/** The daily reports of many: pages, and how many mails are under way at once. The mail service is a fake. */
import { assertEnded, createWorld, type World } from "stepwell/test";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { users } from "@/db/schema.ts";
import { inngest } from "@/lib/inngest/client.ts";
import { services } from "@/services/index.ts";
import { MAILS_AT_ONCE } from "./mail-limit.ts";
import { sendDailyReports, sendDailyReportsPage } from "./send-daily-reports.ts";

const functions = [sendDailyReports, sendDailyReportsPage];
const byHand = { name: "app/send-daily-reports", data: { triggeredBy: "usr_ada", manual: true } };

let world: World;
let open: number;
let mostOpen: number;
let recipients: string[];

beforeAll(async () => {
  vi.stubEnv("SAAS_SEED", "off");
  await services().ready();
  await services().users.signUp({
    name: "Kim",
    email: "kim@x.example",
    password: "not-a-secret",
    organization: "Large",
  });
  vi.spyOn(services().email, "send").mockImplementation(async ({ to, key }) => {
    mostOpen = Math.max(mostOpen, ++open);
    recipients.push(to);
    await new Promise((done) => setImmediate(done));
    open--;
    return { messageId: `<${key.join(".")}>`, to, subject: "" };
  });
});
beforeEach(async () => {
  [open, mostOpen, recipients] = [0, 0, []];
  world = await createWorld({ client: inngest, functions });
});
afterEach(() => world.close());

/** Adds people to Kim's organization until it has this many. */
async function growTo(people: number) {
  const db = services().database.db;
  const known = await db.select().from(users);
  const [kim] = known;
  if (!kim) throw new Error("Nobody has signed up");
  const added = Array.from({ length: people - known.length }, (_, n) => {
    const id = `usr_${known.length + n}`;
    return { ...kim, id, email: `${id}@x.example` };
  });
  while (added.length > 0) await db.insert(users).values(added.splice(0, 500));
}

describe("send-daily-reports", () => {
  it("mails 60 users by steps of its own, never more at once than the limit", async () => {
    await growTo(60);
    await world.send(byHand);
    const run = world.run();
    assertEnded(run);
    expect(run.output).toEqual({ sent: 60 });
    expect(Object.keys(run.steps)).toHaveLength(61);
    expect(mostOpen).toBeLessThanOrEqual(MAILS_AT_ONCE);
  });

  it("mails 2,500 users page by page, each once, never more at once than the limit", async () => {
    await growTo(2_500);
    await world.send(byHand);
    const run = world.run("send-daily-reports");
    assertEnded(run);
    expect(run.output).toEqual({ sent: 2_500 });
    const pages = world.runs("send-daily-reports-page");
    expect(pages).toHaveLength(50);
    expect(Object.keys(run.steps)).toEqual(["get-users", ...pages.map((_, n) => `page-${n + 1}`)]);
    const steps = pages.flatMap((page) => Object.keys(page.steps));
    const ids = await services().organizations.listReportReaders();
    expect(steps.sort()).toEqual(ids.map((id) => `send-report-${id}`).sort());
    expect(new Set(recipients).size).toBe(2_500);
    expect(recipients).toHaveLength(2_500);
    expect(mostOpen).toBeLessThanOrEqual(MAILS_AT_ONCE);
  }, 120_000);
});
