/**
 * `npm run demo`: walks through the running app as new customers and an admin would, and checks what
 * comes out by its content: mails, nights, a report, plans and invoices, every job by hand and by the
 * clock. A month passes because the server's clock is moved; it stays moved, and the next walk begins
 * where this one ends. Every walk uses new addresses, so it passes any number of times in a row.
 */
import pc from "picocolors";
import { monthBefore } from "../lib/months.ts";
import { openApp } from "./demo-app.ts";
import { checkLogs, leaveLogs, leaveSomething, tellCleanupStory } from "./demo-cleanup.ts";
import { type Admin, type DemoDatabase, openDemoDatabase } from "./demo-database.ts";
import { runEveryJob } from "./demo-jobs.ts";
import { letTheMonthPass } from "./demo-month.ts";
import { findPlace } from "./demo-place.ts";
import { checkInvoices, choosePlans } from "./demo-plans.ts";
import { tellReportStory } from "./demo-report.ts";
import { openServer, type Server } from "./demo-server.ts";
import { chapter, clearProgress, count, DemoFailure, expectThat, sayMoment, tick } from "./demo-steps.ts";
import { checkUsageMails, turnUsageMailsOff } from "./demo-usage-mails.ts";
import { letOneDayPass, letThreeDaysPass, signUpTwo } from "./demo-welcome.ts";

async function demo(): Promise<void> {
  const { appUrl, serverUrl } = findPlace();
  console.log(`\n${pc.bold("Tallyho")}, the example app at ${pc.cyan(appUrl)}`);
  const stranger = openApp(appUrl);
  const strangersMails = await stranger.mails("nobody@demo.example");
  expectThat(strangersMails.length === 0, "nobody@demo.example already has mail");
  const server = openServer(serverUrl);
  const { now } = await server.clock();
  tick(`The app and its server answer; there it is ${sayMoment(now)}`);
  const database = openDemoDatabase();
  try {
    const admin = await database.signInAdmin(appUrl);
    tick(`Made the admin ${admin.email}`);
    await walk(server, database, admin);
  } finally {
    await database.close();
  }
}

async function walk(server: Server, database: DemoDatabase, admin: Admin): Promise<void> {
  const beganAt = new Date();
  const appUrl = admin.app.url;
  const stranger = openApp(appUrl);
  const hint =
    `Is ${server.url} the server of this app, and does it reach ${appUrl}/api/inngest?\n` +
    "  What went wrong is said where npm start runs; STEPWELL_URL names another server.";

  const people = await signUpTwo(appUrl, hint);
  const { alva, bo } = people;
  await choosePlans(people, hint);
  const since = await leaveSomething(alva.app, server, alva.userId);
  const logs = await leaveLogs(database, since);
  await letOneDayPass(server, people, hint);
  const hadAlva = await turnUsageMailsOff(people, hint);
  await letThreeDaysPass(server, people, hint);
  await tellCleanupStory(alva.app, server, { userId: alva.userId, since, hint });
  await tellReportStory(alva, stranger, hint);

  const month = await letTheMonthPass(server, since);
  await checkLogs(database, logs);
  await checkUsageMails(people, hadAlva, month.ticksOf("send-daily-reports"));
  const [invoicing] = month.ticksOf("monthly-invoices");
  expectThat(invoicing !== undefined, "monthly-invoices did not run in a month");
  const billed = monthBefore(new Date(invoicing.scheduledAt));
  await checkInvoices(database, billed, people);
  await expectNoMailTwice(database, beganAt);

  const beforeJobs = new Date();
  await runEveryJob(server, { admin, user: bo }, hint);
  chapter("At the end");
  await checkInvoices(database, billed, people);
  await expectNoMailTwice(database, beforeJobs);

  const seconds = Math.round((Date.now() - beganAt.getTime()) / 1000);
  console.log(`\n${pc.green("All well")}, in ${Math.floor(seconds / 60)} min ${seconds % 60} s.`);
  console.log(`  Look around   ${pc.cyan(`${appUrl}/organizations/${bo.organizationId}`)}`);
  console.log(`  The mails     ${pc.cyan(`${appUrl}/dev/mailbox`)}\n`);
}

async function expectNoMailTwice(database: DemoDatabase, since: Date): Promise<void> {
  const repeated = await database.listRepeated(since);
  expectThat(repeated.length === 0, `Mails that came twice: ${repeated.join("; ")}`);
  tick(`${count(await database.countSince(since), "mail")}, none of them twice`);
}

try {
  await demo();
} catch (error) {
  if (!(error instanceof DemoFailure)) throw error;
  clearProgress();
  console.error(`${pc.red("✕")} ${error.message}\n`);
  process.exitCode = 1;
}
