/**
 * The events this app speaks. A wrong payload does not compile where it is created, is refused
 * before it is sent (`send.ts`), and ends the run at once where it arrives (the SDK checks the
 * trigger's schema).
 */
import { eventType } from "inngest";
import { z } from "zod";
import { planNames } from "@/lib/plans.ts";

const isoDate = z
  .string()
  .refine((text) => [z.iso.date(), z.iso.datetime({ offset: true })].some((s) => s.safeParse(text).success), {
    error: 'must be an ISO date such as "2026-03-31"',
  });

/** Both ends count; at most 366 days. */
export const dateRange = z
  .object({ start: isoDate, end: isoDate })
  .refine(({ start, end }) => Date.parse(start) <= Date.parse(end), {
    error: "the start must not be after the end",
  })
  .refine(({ start, end }) => Date.parse(end) - Date.parse(start) < 367 * 86_400_000, {
    error: "at most 366 days",
  });

const id = z.string().min(1).max(100);

export const userCreated = eventType("user/created", {
  schema: z.object({ userId: id, email: z.email(), name: z.string().min(1).max(200) }),
});

export const emailSend = eventType("email/send", {
  schema: z.object({
    to: z.email(),
    subject: z.string().min(1).max(200),
    template: z.string().min(1),
    variables: z.record(z.string(), z.string()),
  }),
});

export const subscriptionCreated = eventType("subscription/created", {
  schema: z.object({ organizationId: id, plan: z.enum(planNames) }),
});

export const reportGenerate = eventType("report/generate", {
  schema: z.object({
    organizationId: id,
    reportType: z.string().min(1).max(60),
    dateRange,
    /** The user who asked for it, and who is told when it fails. */
    requestedBy: id.optional(),
  }),
});

/** What starts a scheduled job by hand: `app/<id>`, and who wanted it. */
export function jobRequested<const Id extends string>(jobId: Id) {
  return eventType(`app/${jobId}`, {
    schema: z.object({ triggeredBy: id, manual: z.literal(true) }),
  });
}

export const dailyCleanupRequested = jobRequested("daily-cleanup");
export const weeklyCleanupRequested = jobRequested("weekly-cleanup");
export const dailyReportsRequested = jobRequested("send-daily-reports");
export const monthlyInvoicesRequested = jobRequested("monthly-invoices");
export const healthCheckRequested = jobRequested("health-check");
export const hourlySyncRequested = jobRequested("hourly-sync");
