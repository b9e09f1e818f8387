import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it, vi } from "vitest";
import { JobCard } from "./job-card.tsx";
import type { JobView } from "./job-view.ts";

vi.mock("next/navigation", () => ({ useRouter: () => ({ refresh() {} }) }));

const moment = {
  iso: "2026-11-28T05:25:00.000Z",
  text: "5 minutes ago",
  absolute: "28 Nov 2026, 05:25:00 UTC",
};
const job: JobView = {
  id: "hourly-sync",
  name: "Hourly Sync",
  cron: "0 * * * *",
  cronInWords: "Every hour",
  timeZone: "UTC",
  status: "failed",
  lastRun: { id: "run_2", moment, took: "4.2 s", startedBy: "Ada" },
  error: "Stripe did not answer",
  nextRun: { ...moment, text: "in 30 minutes" },
  dots: [
    { runId: "run_1", status: "completed", ago: "3 hours ago" },
    { runId: "run_2", status: "failed", ago: "5 minutes ago" },
  ],
};

function render(overrides: Partial<JobView> = {}, failure?: string): string {
  return renderToStaticMarkup(
    createElement(JobCard, { job: { ...job, ...overrides }, pageKey: "key-of-this-page", failure }),
  );
}

/** The words of the card, or of one part of it. */
function textOf(html: string, testId?: string): string {
  const part = testId
    ? new RegExp(`data-testid="${testId}"[^>]*>(.*?)</(?:p|h2|code|button|div)>`).exec(html)?.[1]
    : html;
  return (part ?? "")
    .replace(/<[^>]+>/g, " ")
    .replace(/\s+/g, " ")
    .trim();
}

describe("a card's HTML", () => {
  it("is whole without JavaScript: what runs when, how it went, and a form that starts it", () => {
    const html = render();
    expect(html).toContain('data-job-id="hourly-sync"');
    expect(textOf(html, "job-name")).toBe("Hourly Sync");
    expect(textOf(html, "job-cron")).toBe("0 * * * *");
    expect(textOf(html, "job-status")).toBe("Failed");
    expect(textOf(html, "job-last-run")).toContain("Last run 5 minutes ago");
    expect(textOf(html, "job-last-run")).toContain("took 4.2 s · manual by Ada");
    expect(textOf(html, "run-now")).toBe("Run now Hourly Sync");
    expect(textOf(html)).toContain("Every hour");
    expect(textOf(html)).toContain("Stripe did not answer");
    const form = /<form [^>]*>/.exec(html)?.[0];
    expect(form).toContain('action="/api/admin/jobs/hourly-sync/trigger"');
    expect(form).toContain('method="post"');
    expect(html).toMatch(/<input type="hidden"[^>]* name="key" value="key-of-this-page"/);
  });

  it("shows moments in full to those who focus them", () => {
    const html = render();
    const id = /<time dateTime="2026-11-28T05:25:00.000Z" tabindex="0" aria-describedby="([^"]+)"/i.exec(
      html,
    );
    expect(html).toContain(`id="${id?.[1]}" role="tooltip"`);
    expect(html).toContain("28 Nov 2026, 05:25:00 UTC");
  });

  it("names each run's dot", () => {
    const dots = [...render().matchAll(/<a [^>]*>/g)].map(([tag]) => tag);
    expect(dots).toEqual([
      expect.stringMatching(/aria-label="Completed, 3 hours ago".*href="\/admin\/jobs\/runs\/run_1"/),
      expect.stringMatching(/aria-label="Failed, 5 minutes ago".*href="\/admin\/jobs\/runs\/run_2"/),
    ]);
  });

  it.each<[string, Partial<JobView>, string, string]>([
    ["never ran", { status: "never", lastRun: undefined, dots: [] }, "Never ran", "No run yet"],
    [
      "nothing is known about",
      { status: "unknown", lastRun: undefined, dots: [] },
      "Unknown",
      "Its runs are not known",
    ],
    ["waits", { status: "queued" }, "Queued", "Last run"],
    ["runs", { status: "running" }, "Running", "Last run"],
    ["was cancelled", { status: "cancelled" }, "Cancelled", "Last run"],
    ["was skipped", { status: "skipped" }, "Skipped", "Last run"],
    ["is through", { status: "completed" }, "Completed", "Last run"],
  ])("has a word for a job that %s", (_what, overrides, word, lastRun) => {
    const html = render({ error: undefined, ...overrides });
    expect(textOf(html, "job-status")).toBe(word);
    expect(textOf(html, "job-last-run")).toContain(lastRun);
    expect(html.includes("this starts another run")).toBe(word === "Queued" || word === "Running");
  });

  it("keeps the reason of a failed start, and offers another try", () => {
    const html = render({}, "Failed to trigger job");
    expect(html).toMatch(/role="alert"[^>]*>Failed to trigger job</);
    expect(textOf(html, "run-now")).toBe("Try again Hourly Sync");
  });
});
