/**
 * The example's tables. Instants are integer milliseconds and come out as `Date`; days are
 * ISO dates ("2026-03-01"); money is whole cents. After a change: `npm run db:generate`.
 */
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";

const instant = (name: string) => integer(name, { mode: "timestamp_ms" });

export const organizations = sqliteTable("organizations", {
  id: text().primaryKey(),
  name: text().notNull(),
  createdAt: instant("created_at").notNull(),
});

export const users = sqliteTable(
  "users",
  {
    id: text().primaryKey(),
    email: text().notNull(),
    name: text().notNull(),
    organizationId: text("organization_id")
      .notNull()
      .references(() => organizations.id),
    organizationRole: text("organization_role", { enum: ["admin", "member"] }).notNull(),
    emailReportsEnabled: integer("email_reports_enabled", { mode: "boolean" }).notNull().default(true),
    lastActiveAt: instant("last_active_at"),
    createdAt: instant("created_at").notNull(),
  },
  (t) => [
    uniqueIndex("users_email").on(t.email),
    index("users_organization").on(t.organizationId, t.organizationRole),
  ],
);

export const subscriptions = sqliteTable(
  "subscriptions",
  {
    id: text().primaryKey(),
    organizationId: text("organization_id")
      .notNull()
      .references(() => organizations.id),
    plan: text({ enum: ["free", "pro", "business"] }).notNull(),
    status: text({ enum: ["active", "canceled"] }).notNull(),
    monthlyCents: integer("monthly_cents").notNull(),
    startedAt: instant("started_at").notNull(),
    endedAt: instant("ended_at"),
  },
  (t) => [index("subscriptions_organization").on(t.organizationId, t.status)],
);

export const sessions = sqliteTable(
  "sessions",
  {
    id: text().primaryKey(),
    userId: text("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    createdAt: instant("created_at").notNull(),
    expiresAt: instant("expires_at").notNull(),
  },
  (t) => [index("sessions_expiry").on(t.expiresAt)],
);

/** Who did what: kept for people. */
export const auditLogs = sqliteTable(
  "audit_logs",
  {
    id: text().primaryKey(),
    actorId: text("actor_id"),
    action: text().notNull(),
    subject: text().notNull(),
    createdAt: instant("created_at").notNull(),
  },
  (t) => [index("audit_logs_age").on(t.createdAt)],
);

/** What the app said: kept for machines. */
export const logs = sqliteTable(
  "logs",
  {
    id: text().primaryKey(),
    level: text({ enum: ["info", "warn", "error"] }).notNull(),
    message: text().notNull(),
    createdAt: instant("created_at").notNull(),
  },
  (t) => [index("logs_age").on(t.createdAt)],
);

export const uploads = sqliteTable("uploads", {
  id: text().primaryKey(),
  organizationId: text("organization_id")
    .notNull()
    .references(() => organizations.id),
  fileName: text("file_name").notNull(),
  filePath: text("file_path").notNull(),
  sizeBytes: integer("size_bytes").notNull(),
  createdAt: instant("created_at").notNull(),
});

/** One row a request; its id is also the id of the `report/generate` event. */
export const reports = sqliteTable(
  "reports",
  {
    id: text().primaryKey(),
    organizationId: text("organization_id")
      .notNull()
      .references(() => organizations.id),
    reportType: text("report_type").notNull(),
    startDay: text("start_day").notNull(),
    endDay: text("end_day").notNull(),
    status: text({ enum: ["requested", "generating", "ready", "failed"] }).notNull(),
    filePath: text("file_path"),
    error: text(),
    createdAt: instant("created_at").notNull(),
    readyAt: instant("ready_at"),
  },
  (t) => [index("reports_organization").on(t.organizationId, t.createdAt)],
);

export const invoices = sqliteTable(
  "invoices",
  {
    id: text().primaryKey(),
    number: text().notNull(),
    subscriptionId: text("subscription_id")
      .notNull()
      .references(() => subscriptions.id),
    month: text().notNull(),
    amountCents: integer("amount_cents").notNull(),
    filePath: text("file_path"),
    createdAt: instant("created_at").notNull(),
  },
  (t) => [
    uniqueIndex("invoices_number").on(t.number),
    uniqueIndex("invoices_once_a_month").on(t.subscriptionId, t.month),
  ],
);

/** One row an organization and day: what its reports and invoices add up. */
export const usage = sqliteTable(
  "usage",
  {
    organizationId: text("organization_id")
      .notNull()
      .references(() => organizations.id),
    day: text().notNull(),
    apiCalls: integer("api_calls").notNull(),
    mailsSent: integer("mails_sent").notNull(),
    storageMb: integer("storage_mb").notNull(),
    costCents: integer("cost_cents").notNull(),
  },
  (t) => [primaryKey({ columns: [t.organizationId, t.day] })],
);

/** What the SMTP catcher kept; a mail delivered again only raises `copies`. */
export const mailbox = sqliteTable(
  "mailbox",
  {
    id: text().primaryKey(),
    messageId: text("message_id").notNull(),
    from: text("from_address").notNull(),
    to: text("to_address").notNull(),
    subject: text().notNull(),
    html: text().notNull(),
    text: text().notNull(),
    copies: integer().notNull().default(1),
    receivedAt: instant("received_at").notNull(),
  },
  (t) => [uniqueIndex("mailbox_message").on(t.messageId), index("mailbox_recipient").on(t.to, t.receivedAt)],
);
