/** Reports from the request to the PDF. Every call may be repeated: the id decides. */
import { and, desc, eq, ne } from "drizzle-orm";
import type { Db } from "@/db/client.ts";
import { reports } from "@/db/schema.ts";
import { addUp, type ReportData, titleOf } from "@/documents/report-data.ts";
import { renderUsageReport } from "@/documents/usage-report.tsx";
import { type DayRange, sayRange } from "@/lib/days.ts";
import type { OrganizationService } from "./organization-service.ts";
import type { StorageService } from "./storage-service.ts";

export type Report = typeof reports.$inferSelect;
export type ReportRequest = {
  reportId: string;
  organizationId: string;
  reportType: string;
  range: DayRange;
};

export interface ReportService {
  request(request: ReportRequest): Promise<Report>;
  /** One whose PDF is there stays ready. */
  markFailed(reportId: string, error: string): Promise<void>;
  find(reportId: string): Promise<Report | undefined>;
  /** Newest first. */
  list(organizationId: string, limit: number): Promise<Report[]>;
  fetchData(request: ReportRequest): Promise<ReportData>;
  /** Renders and keeps the PDF; returns a link that works for seven days. */
  generatePdf(data: ReportData): Promise<string>;
  /** A fresh link for the page, or undefined while there is no file. */
  downloadUrl(report: Report): string | undefined;
  /** The same for a mail: it works for seven days. */
  mailUrl(report: Report): string | undefined;
}

type Parts = { db: Db; organizations: OrganizationService; storage: StorageService };

const WEEK_MS = 7 * 86_400_000;
const HOUR_MS = 3_600_000;

export function createReportService({ db, organizations, storage }: Parts): ReportService {
  async function update(id: string, set: Partial<Report>) {
    await db.update(reports).set(set).where(eq(reports.id, id));
  }
  async function find(id: string) {
    const [report] = await db.select().from(reports).where(eq(reports.id, id));
    return report;
  }

  const linkTo = (filePath: string, forMs: number) => storage.linkTo(filePath, new Date(Date.now() + forMs));

  async function request({ reportId, organizationId, reportType, range }: ReportRequest): Promise<Report> {
    const row: typeof reports.$inferInsert = {
      id: reportId,
      organizationId,
      reportType,
      startDay: range.start,
      endDay: range.end,
      status: "requested",
      createdAt: new Date(),
    };
    await db.insert(reports).values(row).onConflictDoNothing();
    const kept = await find(reportId);
    if (!kept) throw new Error(`Report ${reportId} was not kept`);
    return kept;
  }

  return {
    request,
    find,
    async markFailed(id, error) {
      const unfinished = and(eq(reports.id, id), ne(reports.status, "ready"));
      await db.update(reports).set({ status: "failed", error }).where(unfinished);
    },
    list: async (organizationId, limit) =>
      db
        .select()
        .from(reports)
        .where(eq(reports.organizationId, organizationId))
        .orderBy(desc(reports.createdAt))
        .limit(limit),
    async fetchData(wanted) {
      await request(wanted);
      await update(wanted.reportId, { status: "generating", error: null });
      const rows = await organizations.listUsage(wanted.organizationId, wanted.range);
      return {
        reportId: wanted.reportId,
        title: titleOf(wanted.reportType),
        reportType: wanted.reportType,
        organization: (await organizations.find(wanted.organizationId))?.name ?? wanted.organizationId,
        period: sayRange(wanted.range),
        rows,
        totals: addUp(rows),
      };
    },
    async generatePdf(data) {
      const filePath = `reports/${data.reportId.replaceAll(/[^A-Za-z0-9-]/g, "_")}.pdf`;
      await storage.save(filePath, await renderUsageReport(data));
      await update(data.reportId, { status: "ready", filePath, readyAt: new Date() });
      return linkTo(filePath, WEEK_MS);
    },
    downloadUrl: ({ filePath }) => (filePath ? linkTo(filePath, HOUR_MS) : undefined),
    mailUrl: ({ filePath }) => (filePath ? linkTo(filePath, WEEK_MS) : undefined),
  };
}
