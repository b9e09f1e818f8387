/**
 * The app's database, opened past the app: to make an admin, which no route does, and to count what
 * the pages do not show. DATABASE_URL names it, as for the app; without, it is the usual file.
 */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { and, eq, gte, isNotNull, like, lt, sql } from "drizzle-orm";
import { openDatabase } from "../db/client.ts";
import { createAdmin } from "../db/create-admin.ts";
import { isPostgres } from "../db/dialect.ts";
import { invoices, logs, mailbox, subscriptions } from "../db/schema.ts";
import { endOf } from "../lib/months.ts";
import { type App, openApp } from "./demo-app.ts";
import { DemoFailure } from "./demo-steps.ts";

export type Admin = { app: App; userId: string; name: string; email: string };
export type DemoDatabase = ReturnType<typeof openDemoDatabase>;

const example = fileURLToPath(new URL("..", import.meta.url));
const administrators = { id: "org_administrators", name: "Administrators" };

export function openDemoDatabase(address = process.env.DATABASE_URL || ".data/saas.db") {
  const given = address.replace(/^file:/, "");
  const url = isPostgres(given) ? given : resolve(example, given);
  /** Without what an address may hold: a password. */
  const name = isPostgres(url) ? new URL(url).host + new URL(url).pathname : url;
  const isAnother = (why: string) =>
    new DemoFailure(
      `${name} is not the running app's database: ${why}.\n` +
        "  Give the demo the DATABASE_URL that the app was started with: DATABASE_URL=… npm run demo",
    );

  // SQLite would make an empty one.
  if (!isPostgres(url) && !existsSync(url)) throw isAnother("there is no such file");
  const { db, atomically, close } = openDatabase(url);
  return {
    close,
    /** Makes an admin and signs them in; the password stays in here. */
    async signInAdmin(appUrl: string): Promise<Admin> {
      const email = `demo-${Date.now().toString(36)}.${process.pid}@tallyho.example`;
      const admin = { email, name: "Demo Walker", organization: administrators };
      const { password } = await createAdmin({ db, atomically }, admin).catch((error: Error) => {
        throw isAnother(`no admin could be made in it (${error.message})`);
      });
      const app = openApp(appUrl);
      const signedIn = await app.signIn(email, password);
      if (!signedIn) throw isAnother(`the app does not know ${email}, who was just made there`);
      return { app, email, name: admin.name, userId: signedIn.userId };
    },
    /** A line of the app's own log, as old as its date says. */
    async writeLog(createdAt: Date): Promise<string> {
      const id = crypto.randomUUID();
      await db.insert(logs).values({ id, level: "info", message: "Left here by the demo", createdAt });
      return id;
    },
    hasLog: async (id: string) =>
      (await db.select({ id: logs.id }).from(logs).where(eq(logs.id, id))).length > 0,
    /** Every subscription that a month is billed to, with the numbers of its finished invoices. */
    async listBilled(month: string): Promise<{ id: string; invoices: string[] }[]> {
      const active = await db
        .select({ id: subscriptions.id })
        .from(subscriptions)
        .where(and(eq(subscriptions.status, "active"), lt(subscriptions.startedAt, endOf(month))));
      const finished = await db
        .select({ id: invoices.subscriptionId, number: invoices.number })
        .from(invoices)
        .where(and(eq(invoices.month, month), isNotNull(invoices.mailedAt)));
      return active.map(({ id }) => ({
        id,
        invoices: finished.filter((invoice) => invoice.id === id).map(({ number }) => number),
      }));
    },
    countMails: async (subject: string) =>
      (await db.select({ id: mailbox.id }).from(mailbox).where(like(mailbox.subject, subject))).length,
    /** What came more than once since then: the same mail again, or another that says the same to the same. */
    async listRepeated(since: Date): Promise<string[]> {
      const copies = sql<number>`sum(${mailbox.copies})`.mapWith(Number);
      const rows = await db
        .select({ to: mailbox.to, subject: mailbox.subject, copies })
        .from(mailbox)
        .where(gte(mailbox.receivedAt, since))
        .groupBy(mailbox.to, mailbox.subject, mailbox.text)
        .having(sql`sum(${mailbox.copies}) > 1`);
      return rows.map(({ to, subject, copies }) => `“${subject}” to ${to}, ${copies} times`);
    },
    async countSince(since: Date): Promise<number> {
      const rows = await db.select({ id: mailbox.id }).from(mailbox).where(gte(mailbox.receivedAt, since));
      return rows.length;
    },
  };
}
