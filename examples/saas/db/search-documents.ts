/** What the search box finds, made of the other tables by the database itself: a query for each kind. */
import { eq, type SQL, type SQLWrapper, sql } from "drizzle-orm";
import type { Db } from "./client.ts";
import {
  invoices,
  organizations,
  reports,
  type searchDocuments,
  subscriptions,
  uploads,
  users,
} from "./schema.ts";

export type DocumentKind = typeof searchDocuments.$inferSelect.kind;

/** Each is the source of an `insert into search_documents`; its body is what a result shows below its title. */
export function selectDocuments(db: Db) {
  const { name } = organizations;
  const organization = db
    .select(document("organization", organizations.id, sql`${name}`, sql`''`))
    .from(organizations);
  const person = db
    .select(
      document("person", users.id, sql`${users.name}`, sql`${users.email} || ', ' || ${name}`, "#people"),
    )
    .from(users)
    .innerJoin(organizations, eq(users.organizationId, organizations.id));
  const days = sql`${reports.startDay} || ' to ' || ${reports.endDay} || ', ' || ${name}`;
  const report = db
    .select(document("report", reports.id, reportTitle, days, "#reports"))
    .from(reports)
    .innerJoin(organizations, eq(reports.organizationId, organizations.id));
  const number = sql`'Invoice ' || ${invoices.number}`;
  const invoice = db
    .select(document("invoice", invoices.id, number, sql`${invoices.month} || ', ' || ${name}`, "#invoices"))
    .from(invoices)
    .innerJoin(subscriptions, eq(invoices.subscriptionId, subscriptions.id))
    .innerJoin(organizations, eq(subscriptions.organizationId, organizations.id));
  const upload = db
    .select(document("upload", uploads.id, sql`${uploads.fileName}`, sql`${name}`, "#uploads"))
    .from(uploads)
    .innerJoin(organizations, eq(uploads.organizationId, organizations.id));
  return [organization, person, report, invoice, upload];
}

/** As `titleOf` of documents/report-data.ts says it. */
const reportTitle = sql`upper(substr(${reports.reportType}, 1, 1)) || substr(${reports.reportType}, 2) || ' report'`;

/** The columns of `search_documents`, in their order. */
function document(kind: DocumentKind, id: SQLWrapper, title: SQL, body: SQL, anchor = "") {
  return {
    id: sql<string>`${literal(`${kind}:`)} || ${id}`.as("id"),
    kind: sql<DocumentKind>`${literal(kind)}`.as("kind"),
    organizationId: organizations.id,
    title: sql<string>`${title}`.as("title"),
    body: sql<string>`${body}`.as("body"),
    path: sql<string>`'/organizations/' || ${organizations.id} || ${literal(anchor)}`.as("path"),
  };
}

/** Written into the query, because PostgreSQL cannot tell the type of a parameter that is only selected. */
function literal(word: string): SQL {
  return sql.raw(`'${word}'`);
}
