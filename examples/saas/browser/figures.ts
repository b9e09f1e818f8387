/** What the database says, read past the app: the pages and documents are compared with it. */
import Database from "better-sqlite3";
import { inject } from "vitest";
import type { DayRange } from "@/lib/days.ts";

export type Figures = [apiCalls: number, mailsSent: number, storageMb: number, cost: number];

/** One row a day, oldest first, as the report's table shows them. */
export function readUsage(organizationId: string, { start, end }: DayRange): Figures[] {
  return query<Record<"api_calls" | "mails_sent" | "storage_mb" | "cost_cents", number>>(
    "SELECT * FROM usage WHERE organization_id = ? AND day BETWEEN ? AND ? ORDER BY day",
    [organizationId, start, end],
  ).map((row) => [row.api_calls, row.mails_sent, row.storage_mb, row.cost_cents / 100]);
}

export function addUp(rows: Figures[]): Figures {
  const cents = rows.reduce((sum, row) => sum + Math.round(row[3] * 100), 0);
  const column = (index: 0 | 1 | 2) => rows.reduce((sum, row) => sum + row[index], 0);
  return [column(0), column(1), column(2), cents / 100];
}

/** Of a subscription, newest month first. */
export function readInvoices(
  subscriptionId: string,
): { number: string; month: string; amountCents: number }[] {
  return query<{ number: string; month: string; amount_cents: number }>(
    "SELECT * FROM invoices WHERE subscription_id = ? ORDER BY month DESC",
    [subscriptionId],
  ).map(({ number, month, amount_cents }) => ({ number, month, amountCents: amount_cents }));
}

function query<Row>(sql: string, values: unknown[]): Row[] {
  const database = new Database(inject("databaseFile"), { readonly: true });
  try {
    return database.prepare(sql).all(...values) as Row[];
  } finally {
    database.close();
  }
}
