import { describe, expect, it } from "vitest";
import { sampleUsage } from "@/db/seed-data.ts";
import { readPdf, readUsageTable } from "@/scripts/read-pdf.ts";
import { addUp, type ReportData, toBars } from "./report-data.ts";
import { renderUsageReport } from "./usage-report.tsx";

function reportOf(days: number, reportType = "usage"): ReportData {
  const rows = sampleUsage("org_test", new Date("2026-03-31T12:00:00Z"), days).map(
    ({ organizationId: _organization, ...row }) => row,
  );
  return {
    reportId: "r1",
    title: "Usage report",
    reportType,
    organization: "Northwind Tea",
    period: "1 January 2026 to 31 March 2026",
    rows,
    totals: addUp(rows),
  };
}

describe("the report's PDF", () => {
  it("has two pages or more, and totals that equal its rows", async () => {
    const data = reportOf(90);
    const pages = await readPdf(await renderUsageReport(data));
    expect(pages.length).toBeGreaterThanOrEqual(2);
    expect(pages[0]?.lines.flat()).toContain("Northwind Tea · 1 January 2026 to 31 March 2026");

    const { rows, total } = readUsageTable(pages);
    expect(rows).toEqual(
      data.rows.map((row) => [row.apiCalls, row.mailsSent, row.storageMb, row.costCents / 100]),
    );
    const cents = rows.reduce((sum, row) => sum + Math.round((row[3] ?? 0) * 100), 0);
    expect(Math.round((total[3] ?? 0) * 100)).toBe(cents);
    for (const column of [0, 1, 2]) {
      expect(total[column]).toBe(rows.reduce((sum, row) => sum + (row[column] ?? 0), 0));
    }
  });

  it("says names of other alphabets letter by letter, and breaks no word with a hyphen", async () => {
    const organization = "Łódź Смирнов Ωμέγα Internationalization Telecommunications Administration Ltd";
    const data = { ...reportOf(3), organization, title: "報告 report" };
    const [first] = await readPdf(await renderUsageReport(data));
    expect(first?.lines.flat()).toContain("?? report");
    expect(first?.lines.flat().join(" ")).toContain(`${organization} · 1 January 2026`);
  });

  it("draws a bar for every day on its first page", async () => {
    for (const days of [10, 40]) {
      const [first] = await readPdf(await renderUsageReport(reportOf(days)));
      expect(first?.fills.filter((colour) => colour === "#0b6e63")).toHaveLength(days);
    }
  });

  it("says so when nothing was used, and still has its table", async () => {
    const pages = await readPdf(await renderUsageReport(reportOf(0)));
    expect(pages).toHaveLength(2);
    expect(pages[0]?.lines.flat().join(" ")).toContain("Nothing was used");
    expect(readUsageTable(pages)).toEqual({ rows: [], total: [0, 0, 0, 0] });
  });

  it("repeats the table's head on every page", async () => {
    const [, ...tablePages] = await readPdf(await renderUsageReport(reportOf(90, "billing")));
    expect(tablePages.length).toBeGreaterThan(1);
    for (const { lines } of tablePages) expect(lines.flat()).toContain("API calls");
  });
});

describe("the chart's bars", () => {
  it("add neighbouring days up when there are many, and lose nothing", () => {
    const { rows, totals } = reportOf(366);
    const bars = toBars(rows, "apiCalls");
    expect(bars.length).toBeLessThanOrEqual(62);
    expect(bars.reduce((sum, { value }) => sum + value, 0)).toBe(totals.apiCalls);
  });
});
