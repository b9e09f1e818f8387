/**
 * Every function the app serves: those that an event starts (`functions/`), and the scheduled jobs
 * (`jobs/`). A step's result is stored under its id, so a restart goes on where it was: that is why
 * mails carry a Message-ID made from run and step, and a report its event's id.
 */
import { dailyCleanup } from "@/jobs/daily-cleanup.ts";
import { healthCheck } from "@/jobs/health-check.ts";
import { hourlySync } from "@/jobs/hourly-sync.ts";
import { monthlyInvoices, monthlyInvoicesPage } from "@/jobs/monthly-invoices.ts";
import { sendDailyReports, sendDailyReportsPage } from "@/jobs/send-daily-reports.ts";
import { weeklyCleanup } from "@/jobs/weekly-cleanup.ts";
import { generateReport } from "./functions/generate-report.ts";
import { onSubscriptionCreated } from "./functions/on-subscription-created.ts";
import { sendEmail } from "./functions/send-email.ts";
import { sendWelcomeEmail } from "./functions/send-welcome-email.ts";

export const functions = [
  sendWelcomeEmail,
  onSubscriptionCreated,
  generateReport,
  sendEmail,
  dailyCleanup,
  weeklyCleanup,
  healthCheck,
  hourlySync,
  sendDailyReports,
  sendDailyReportsPage,
  monthlyInvoices,
  monthlyInvoicesPage,
];
