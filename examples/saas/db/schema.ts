/**
 * The example's tables, for both databases. Instants come out as `Date`; days are ISO dates
 * ("2026-03-01"), months "2026-03"; money is whole cents. After a change: `npm run db:generate`.
 */
import { isNull } from "drizzle-orm";
import { index, instant, primaryKey, table, text, uniqueIndex, whole, yesOrNo } from "./dialect.ts";

export const organizations = table("organizations", {
  id: text("id").primaryKey(),
  name: text("name").notNull(),
  createdAt: instant("created_at").notNull(),
});

export const users = table(
  "users",
  {
    id: text("id").primaryKey(),
    email: text("email").notNull(),
    name: text("name").notNull(),
    organizationId: text("organization_id")
      .notNull()
      .references(() => organizations.id),
    /** Within the organization; who may do what in the whole app is `role`. */
    organizationRole: text("organization_role", { enum: ["admin", "member"] }).notNull(),
    role: text("role", { enum: ["user", "admin"] })
      .notNull()
      .default("user"),
    emailVerified: yesOrNo("email_verified").notNull().default(false),
    image: text("image"),
    emailReportsEnabled: yesOrNo("email_reports_enabled").notNull().default(true),
    lastActiveAt: instant("last_active_at"),
    createdAt: instant("created_at").notNull(),
    updatedAt: instant("updated_at").notNull(),
  },
  (t) => [
    uniqueIndex("users_email").on(t.email),
    index("users_organization").on(t.organizationId, t.organizationRole),
  ],
);

/** One that Stripe knows has Stripe's id (`sub_…`), which keeps a sync from making two of it. */
export const subscriptions = table(
  "subscriptions",
  {
    id: text("id").primaryKey(),
    organizationId: text("organization_id")
      .notNull()
      .references(() => organizations.id),
    plan: text("plan", { enum: ["free", "pro", "business"] }).notNull(),
    status: text("status", { enum: ["active", "canceled"] }).notNull(),
    monthlyCents: whole("monthly_cents").notNull(),
    /** What the sync has read is Stripe's, and changed there only. */
    billedBy: text("billed_by", { enum: ["app", "stripe"] })
      .notNull()
      .default("app"),
    startedAt: instant("started_at").notNull(),
    endedAt: instant("ended_at"),
  },
  (t) => [index("subscriptions_organization").on(t.organizationId, t.status)],
);

/** Of better-auth, as are the two below: who is signed in, and until when. */
export const sessions = table(
  "sessions",
  {
    id: text("id").primaryKey(),
    token: text("token").notNull(),
    userId: text("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    ipAddress: text("ip_address"),
    userAgent: text("user_agent"),
    createdAt: instant("created_at").notNull(),
    updatedAt: instant("updated_at").notNull(),
    expiresAt: instant("expires_at").notNull(),
  },
  (t) => [
    uniqueIndex("sessions_token").on(t.token),
    index("sessions_user").on(t.userId),
    index("sessions_expiry").on(t.expiresAt),
  ],
);

/** A way to sign in: `password` is a hash. */
export const accounts = table(
  "accounts",
  {
    id: text("id").primaryKey(),
    accountId: text("account_id").notNull(),
    providerId: text("provider_id").notNull(),
    userId: text("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    accessToken: text("access_token"),
    refreshToken: text("refresh_token"),
    idToken: text("id_token"),
    accessTokenExpiresAt: instant("access_token_expires_at"),
    refreshTokenExpiresAt: instant("refresh_token_expires_at"),
    scope: text("scope"),
    password: text("password"),
    createdAt: instant("created_at").notNull(),
    updatedAt: instant("updated_at").notNull(),
  },
  (t) => [index("accounts_user").on(t.userId)],
);

export const verifications = table(
  "verifications",
  {
    id: text("id").primaryKey(),
    identifier: text("identifier").notNull(),
    value: text("value").notNull(),
    expiresAt: instant("expires_at").notNull(),
    createdAt: instant("created_at").notNull(),
    updatedAt: instant("updated_at").notNull(),
  },
  (t) => [index("verifications_identifier").on(t.identifier)],
);

/** Who did what: kept for people. */
export const auditLogs = table(
  "audit_logs",
  {
    id: text("id").primaryKey(),
    actorId: text("actor_id"),
    action: text("action").notNull(),
    subject: text("subject").notNull(),
    createdAt: instant("created_at").notNull(),
  },
  (t) => [index("audit_logs_age").on(t.createdAt)],
);

/** What the app said: kept for machines. */
export const logs = table(
  "logs",
  {
    id: text("id").primaryKey(),
    level: text("level", { enum: ["info", "warn", "error"] }).notNull(),
    message: text("message").notNull(),
    createdAt: instant("created_at").notNull(),
  },
  (t) => [index("logs_age").on(t.createdAt)],
);

export const uploads = table("uploads", {
  id: text("id").primaryKey(),
  organizationId: text("organization_id")
    .notNull()
    .references(() => organizations.id),
  fileName: text("file_name").notNull(),
  filePath: text("file_path").notNull(),
  sizeBytes: whole("size_bytes").notNull(),
  createdAt: instant("created_at").notNull(),
});

/** One row a request; its id is also the id of the `report/generate` event. */
export const reports = table(
  "reports",
  {
    id: text("id").primaryKey(),
    organizationId: text("organization_id")
      .notNull()
      .references(() => organizations.id),
    reportType: text("report_type").notNull(),
    startDay: text("start_day").notNull(),
    endDay: text("end_day").notNull(),
    status: text("status", { enum: ["requested", "generating", "ready", "failed"] }).notNull(),
    filePath: text("file_path"),
    error: text("error"),
    createdAt: instant("created_at").notNull(),
    readyAt: instant("ready_at"),
  },
  (t) => [index("reports_organization").on(t.organizationId, t.createdAt)],
);

export const invoices = table(
  "invoices",
  {
    id: text("id").primaryKey(),
    number: text("number").notNull(),
    subscriptionId: text("subscription_id")
      .notNull()
      .references(() => subscriptions.id),
    month: text("month").notNull(),
    amountCents: whole("amount_cents").notNull(),
    filePath: text("file_path"),
    /** When its mail was sent: from then on it is finished. */
    mailedAt: instant("mailed_at"),
    createdAt: instant("created_at").notNull(),
  },
  (t) => [
    uniqueIndex("invoices_number").on(t.number),
    uniqueIndex("invoices_once_a_month").on(t.subscriptionId, t.month),
  ],
);

/** One row an organization and day: what its reports and invoices add up. */
export const usage = table(
  "usage",
  {
    organizationId: text("organization_id")
      .notNull()
      .references(() => organizations.id),
    day: text("day").notNull(),
    apiCalls: whole("api_calls").notNull(),
    mailsSent: whole("mails_sent").notNull(),
    storageMb: whole("storage_mb").notNull(),
    costCents: whole("cost_cents").notNull(),
  },
  (t) => [primaryKey({ columns: [t.organizationId, t.day] })],
);

/** A service from the moment it fails until it answers again: at most one open row for each. */
export const incidents = table(
  "incidents",
  {
    id: text("id").primaryKey(),
    service: text("service", { enum: ["database", "redis", "stripe"] }).notNull(),
    reason: text("reason").notNull(),
    openedAt: instant("opened_at").notNull(),
    closedAt: instant("closed_at"),
    /** When people were told that it failed, and that it is over. */
    failureAlertedAt: instant("failure_alerted_at"),
    recoveryAlertedAt: instant("recovery_alerted_at"),
  },
  (t) => [uniqueIndex("incidents_one_open").on(t.service).where(isNull(t.closedAt))],
);

/** The whole app's figures of a day, added up by `hourly-sync`. */
export const analytics = table("analytics", {
  day: text("day").primaryKey(),
  organizations: whole("organizations").notNull(),
  signUps: whole("sign_ups").notNull(),
  apiCalls: whole("api_calls").notNull(),
  mailsSent: whole("mails_sent").notNull(),
  costCents: whole("cost_cents").notNull(),
});

/** What the search box finds; the index over it is made in the migrations, because it differs. */
export const searchDocuments = table(
  "search_documents",
  {
    /** Kind and id of what it stands for, for example "invoice:inv_1". */
    id: text("id").primaryKey(),
    kind: text("kind", { enum: ["organization", "person", "report", "invoice", "upload"] }).notNull(),
    organizationId: text("organization_id").notNull(),
    title: text("title").notNull(),
    body: text("body").notNull(),
    path: text("path").notNull(),
  },
  (t) => [index("search_documents_organization").on(t.organizationId)],
);

/** What the SMTP catcher kept; a mail delivered again only raises `copies`. */
export const mailbox = table(
  "mailbox",
  {
    id: text("id").primaryKey(),
    messageId: text("message_id").notNull(),
    from: text("from_address").notNull(),
    to: text("to_address").notNull(),
    subject: text("subject").notNull(),
    html: text("html").notNull(),
    text: text("text").notNull(),
    copies: whole("copies").notNull().default(1),
    receivedAt: instant("received_at").notNull(),
  },
  (t) => [uniqueIndex("mailbox_message").on(t.messageId), index("mailbox_recipient").on(t.to, t.receivedAt)],
);
