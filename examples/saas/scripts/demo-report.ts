/** The report story: requested, made, mailed, downloaded and read back. */
import { type Person, waitForMail } from "./demo-people.ts";
import { chapter, expectThat, tick, waitFor } from "./demo-steps.ts";
import { readPdf, readUsageTable } from "./read-pdf.ts";

const REPORT_LIMIT_MS = 60_000;
const DAYS = 60;

export async function tellReportStory(person: Person, stranger: Person["app"], hint: string): Promise<void> {
  const { app, organizationId } = person;
  chapter("A report");
  const period = lastDays(DAYS);
  const reportId = await app.requestReport(organizationId, { reportType: "usage", ...period });
  tick(`Requested a report from ${period.start} to ${period.end}`);
  const refused = await stranger.status(`/api/reports/${reportId}`);
  expectThat(refused === 401, `Somebody who is not signed in got ${refused} for the report, not 401`);
  await waitFor("the report", REPORT_LIMIT_MS, hint, async () => {
    const report = await app.report(reportId);
    expectThat(report.status !== "failed", `The report failed: ${report.error}`);
    return report.status === "ready" ? report : undefined;
  });
  tick("The report is ready");

  const notice = await waitForMail(person, "is ready", hint);
  const link = /https?:\/\/\S+\/files\/reports\/\S+/.exec(notice.text)?.[0];
  expectThat(link !== undefined, "The mail's text part has no link to the report");
  tick(`Mail with the link: “${notice.subject}”`);

  checkPdf(await readPdf(await app.download(link)));
  const forged = await app.status(link.replace(/signature=.{4}/, "signature=AAAA"));
  expectThat(forged === 403, `A forged link answered ${forged}, not 403`);
  tick("A forged link is refused");
}

function checkPdf(pages: Awaited<ReturnType<typeof readPdf>>): void {
  expectThat(pages.length >= 2, `The PDF has ${pages.length} page(s), not two or more`);
  const { rows, total } = readUsageTable(pages);
  expectThat(rows.length === DAYS, `The PDF's table has ${rows.length} days, not ${DAYS}`);
  const sums = total.map((_, column) => rows.reduce((sum, row) => sum + (row[column] ?? 0), 0));
  const same = sums.length === 4 && sums.every((sum, i) => Math.abs(sum - (total[i] ?? 0)) < 0.005);
  expectThat(same, `The PDF's total row [${total}] is not the sum of its days [${sums}]`);
  tick(`The PDF: ${pages.length} pages, ${rows.length} days, totals add up (cost $${total[3]?.toFixed(2)})`);
}

function lastDays(days: number): { start: string; end: string } {
  const toDay = (at: number) => new Date(at).toISOString().slice(0, 10);
  return { start: toDay(Date.now() - (days - 1) * 86_400_000), end: toDay(Date.now()) };
}
