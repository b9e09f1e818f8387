/** What there is to see: every page of the app, by its file, for who may see it. */
import { inject } from "vitest";
import { completeJob, failReport } from "./jobs.ts";
import { unsubscribeLink, waitForMail } from "./mails.ts";
import { requestReport, uploadFile } from "./organization.ts";
import { newcomer, signUp } from "./people.ts";
import type { SessionCookie } from "./sessions.ts";
import { openWindow } from "./window.ts";

export const visitors = ["stranger", "user", "admin"] as const;
export type Visitor = (typeof visitors)[number];
/** Addresses by the page's file below `app/`. */
export type Visits = { session: SessionCookie[]; paths: Record<string, string[]> };

/** Makes something to look at first: a report, a file, runs, mails, invoices, and an index of them. */
export async function prepareVisits(): Promise<Record<Visitor, Visits>> {
  const member = await openWindow();
  const { email, organization } = await signUp(member, newcomer());
  const organizationPath = new URL(member.url()).pathname;
  await requestReport(member);
  await uploadFile(member, { name: "figures.txt", text: "a, b" });
  const cookies = await member.context().cookies();
  const runs = [await completeJob("health-check"), await failReport()];
  for (const job of ["send-daily-reports", "monthly-invoices", "hourly-sync"]) await completeJob(job);
  const mail = await waitForMail(email, "Your Daily Usage Report");
  return {
    stranger: {
      session: [],
      paths: {
        "page.tsx": ["/"],
        "sign-in/page.tsx": ["/sign-in", "/sign-in?error=Wrong.&email=a%40b.example"],
        "sign-up/page.tsx": ["/sign-up", "/sign-up?error=Wrong.&wrong=email"],
        "unsubscribe/page.tsx": [unsubscribeLink(mail), "/unsubscribe?user=usr_ada"],
        "dev/mailbox/page.tsx": ["/dev/mailbox"],
        "dev/mailbox/[id]/page.tsx": [`/dev/mailbox/${mail.id}`],
        "not-found.tsx": ["/nowhere"],
      },
    },
    user: {
      session: cookies.map(({ name, value }) => ({ name, value, url: inject("appUrl") })),
      paths: {
        "page.tsx": ["/"],
        "organizations/[id]/page.tsx": [organizationPath, `${organizationPath}?error=Wrong.&card=uploads`],
        "settings/page.tsx": ["/settings", "/settings?saved=1", "/settings?error=Wrong."],
        "search/page.tsx": [
          "/search",
          `/search?q=${encodeURIComponent(organization)}`,
          "/search?q=nothing-of-the-kind",
        ],
        "forbidden.tsx": ["/admin/jobs"],
      },
    },
    admin: {
      session: inject("adminSession"),
      paths: {
        "page.tsx": ["/"],
        "organizations/[id]/page.tsx": ["/organizations/org_northwind"],
        "admin/jobs/page.tsx": ["/admin/jobs", "/admin/jobs?job=health-check&outcome=failed"],
        "admin/jobs/runs/[id]/page.tsx": runs.map((id) => `/admin/jobs/runs/${id}`),
      },
    },
  };
}
