/**
 * `npm run demo`: walks through the running app as new customers would, and checks what comes out
 * by its content: the welcome mails of four days, the nightly clean-up, a report. The days pass
 * because the server's clock is moved; it stays moved, and the next walk begins where this ends.
 * Every walk uses new addresses, so it passes any number of times in a row.
 */
import pc from "picocolors";
import { openApp } from "./demo-app.ts";
import { leaveSomething, tellCleanupStory } from "./demo-cleanup.ts";
import { findPlace } from "./demo-place.ts";
import { tellReportStory } from "./demo-report.ts";
import { openServer } from "./demo-server.ts";
import { DemoFailure, expectThat, tick } from "./demo-steps.ts";
import { letDaysPass, signUpTwo } from "./demo-welcome.ts";

async function walk(): Promise<void> {
  const startedAt = performance.now();
  const { appUrl, serverUrl } = findPlace();
  const app = openApp(appUrl);
  const server = openServer(serverUrl);
  const hint =
    `Is ${serverUrl} the server of this app, and does it reach ${appUrl}/api/inngest?\n` +
    "  What went wrong is said where npm start runs; STEPWELL_URL names another server.";
  console.log(`\n${pc.bold("Tallyho")}, the example app at ${pc.cyan(appUrl)}`);

  const strangersMails = await app.mails("nobody@demo.example");
  expectThat(strangersMails.length === 0, "nobody@demo.example already has mail");
  await server.clock();
  tick("The app and its server answer");

  const people = await signUpTwo(app, hint);
  const since = await leaveSomething(app, server, people.alva.userId);
  await letDaysPass(app, server, people, hint);
  await tellCleanupStory(app, server, { userId: people.alva.userId, since, hint });
  await tellReportStory(app, people.alva, hint);

  const seconds = Math.round((performance.now() - startedAt) / 1000);
  const { organizationId } = people.alva;
  console.log(`\n${pc.green("All well")}, in ${seconds} s.`);
  console.log(`  Look around   ${pc.cyan(`${appUrl}/organizations/${organizationId}`)}`);
  console.log(`  The mails     ${pc.cyan(`${appUrl}/dev/mailbox`)}\n`);
}

try {
  await walk();
} catch (error) {
  if (!(error instanceof DemoFailure)) throw error;
  console.error(`${pc.red("✕")} ${error.message}\n`);
  process.exitCode = 1;
}
