/**
 * `npm run demo`: walks through the running app as a new customer would, and checks what comes
 * out by its content: sign up → welcome mail; request a report → mail with a link → PDF. Every
 * walk uses a new address, so it passes any number of times in a row.
 */
import pc from "picocolors";
import { findApp, type Mail, openApp } from "./demo-app.ts";
import { DemoFailure, expectThat, tick, waitFor } from "./demo-steps.ts";
import { readPdf, readUsageTable } from "./read-pdf.ts";

const MAIL_LIMIT_MS = 60_000;
const REPORT_LIMIT_MS = 90_000;

async function walk(): Promise<void> {
  const place = findApp();
  const app = openApp(place);
  const watch = `Watch the runs at ${place.serverUrl ?? "the server's own page"}; the app serves its functions at ${place.appUrl}/api/inngest.`;
  console.log(`\n${pc.bold("Tallyho")}, the example app at ${pc.cyan(place.appUrl)}\n`);

  const mailsAtFirst = await app.mails("nobody@demo.example");
  expectThat(mailsAtFirst.length === 0, "nobody@demo.example already has mail");
  tick("The app answers");

  const name = "Dana Demo";
  const email = `dana.${Date.now().toString(36)}.${process.pid}@demo.example`;
  const { organizationId } = await app.signUp({ name, email, organization: "Demo & Daughters" });
  tick(`Signed up ${email}`);
  await app.expectTaken(email);
  tick("Signing up again with the same address is refused");

  const welcome = await waitFor("the welcome mail", MAIL_LIMIT_MS, watch, () =>
    app.mails(email).then(mailWith("Welcome")),
  );
  expectThat(welcome.subject.includes(name), `The subject does not greet ${name}: ${welcome.subject}`);
  expectThat(welcome.html.includes(`Welcome, ${name}`), "The HTML part does not greet the new user");
  expectThat(welcome.text.includes("sample figures"), "The text part is not the welcome text");
  tick(`Welcome mail: “${welcome.subject}”`);

  const period = lastDays(60);
  const reportId = await app.requestReport(organizationId, { reportType: "usage", ...period });
  tick(`Requested a report from ${period.start} to ${period.end}`);

  await waitFor("the report", REPORT_LIMIT_MS, watch, async () => {
    const report = await app.report(reportId);
    expectThat(report.status !== "failed", `The report failed: ${report.error}`);
    return report.status === "ready" ? report : undefined;
  });
  tick("The report is ready");

  const notice = await waitFor("the mail with the link", MAIL_LIMIT_MS, watch, () =>
    app.mails(email).then(mailWith("is ready")),
  );
  const link = /https?:\/\/\S+\/files\/reports\/\S+/.exec(notice.text)?.[0];
  expectThat(link !== undefined, "The mail's text part has no link to the report");
  tick(`Mail with the link: “${notice.subject}”`);

  const pages = await readPdf(await app.download(link));
  expectThat(pages.length >= 2, `The PDF has ${pages.length} page(s), not two or more`);
  const { rows, total } = readUsageTable(pages);
  expectThat(rows.length === 60, `The PDF's table has ${rows.length} days, not 60`);
  const sums = total.map((_, column) => rows.reduce((sum, row) => sum + (row[column] ?? 0), 0));
  const same = sums.length === 4 && sums.every((sum, i) => Math.abs(sum - (total[i] ?? 0)) < 0.005);
  expectThat(same, `The PDF's total row [${total}] is not the sum of its days [${sums}]`);
  tick(`The PDF: ${pages.length} pages, ${rows.length} days, totals add up (cost $${total[3]})`);

  const forged = await app.fetchStatus(link.replace(/signature=.{4}/, "signature=AAAA"));
  expectThat(forged === 403, `A forged link answered ${forged}, not 403`);
  tick("A forged link is refused");

  console.log(
    `\n${pc.green("All well.")} Look around: ${pc.cyan(`${place.appUrl}/organizations/${organizationId}`)}`,
  );
  console.log(`The mails are at ${pc.cyan(`${place.appUrl}/dev/mailbox`)}\n`);
}

function mailWith(words: string): (mails: Mail[]) => Mail | undefined {
  return (mails) => mails.find(({ subject }) => subject.includes(words));
}

function lastDays(days: number): { start: string; end: string } {
  const toDay = (at: number) => new Date(at).toISOString().slice(0, 10);
  return { start: toDay(Date.now() - (days - 1) * 86_400_000), end: toDay(Date.now()) };
}

try {
  await walk();
} catch (error) {
  if (!(error instanceof DemoFailure)) throw error;
  console.error(`${pc.red("✕")} ${error.message}\n`);
  process.exitCode = 1;
}
