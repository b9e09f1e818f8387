/** Scheduled jobs as the server knows them, and started without the page. */
import { expect, inject } from "vitest";
import { z } from "zod";
import { until } from "../../../scripts/processes.mjs";

const Runs = z.object({
  data: z.array(
    z.object({
      id: z.string(),
      status: z.string(),
      trigger: z.object({ eventName: z.string().nullish() }),
    }),
  ),
});
const Sent = z.object({ ids: z.array(z.string()) });
const EventRuns = z.object({ data: z.array(z.object({ run_id: z.string(), status: z.string() })) });

export type ManualRun = { id: string; status: string };

const LIMIT_MS = 30_000;

/** Those that were started by hand, newest first. */
export async function listManualRuns(jobId: string): Promise<ManualRun[]> {
  const query = new URLSearchParams({ functionId: `saas-${jobId}`, limit: "50" });
  const answer = await fetch(`${inject("serverUrl")}/v2/runs?${query}`);
  const { data } = Runs.parse(await answer.json());
  return data.filter(({ trigger }) => trigger.eventName === `app/${jobId}`);
}

/** The id of the run that was started after `before` was read. */
export async function waitForNewRun(jobId: string, before: ManualRun[]): Promise<string> {
  const known = new Set(before.map(({ id }) => id));
  const isNew = ({ id }: ManualRun) => !known.has(id);
  const run = await until(`a new run of ${jobId}`, LIMIT_MS, async () =>
    (await listManualRuns(jobId)).find(isNew),
  );
  return run.id;
}

export function postTrigger(jobId: string, session: { name: string; value: string }[]): Promise<Response> {
  const Cookie = session.map(({ name, value }) => `${name}=${value}`).join("; ");
  const url = `${inject("appUrl")}/api/admin/jobs/${jobId}/trigger`;
  return fetch(url, { method: "POST", headers: { Accept: "application/json", Cookie } });
}

/** Started as the admin, and waited for: what it leaves behind is there afterwards. */
export async function completeJob(jobId: string): Promise<string> {
  const before = await listManualRuns(jobId);
  const answer = await postTrigger(jobId, inject("adminSession"));
  expect(await answer.json()).toEqual({ success: true, jobId });
  const runId = await waitForNewRun(jobId, before);
  await until(`the run of ${jobId} to complete`, LIMIT_MS, async () => {
    const run = (await listManualRuns(jobId)).find(({ id }) => id === runId);
    return run?.status === "COMPLETED";
  });
  return runId;
}

/** Starts a run that cannot succeed, waits for its end, and returns its id. */
export async function failReport(): Promise<string> {
  const dateRange = { start: "2026-03-01", end: "2026-03-31" };
  const data = { organizationId: "org_nowhere", reportType: "usage", dateRange };
  const body = JSON.stringify({ name: "report/generate", data });
  const sent = await fetch(`${inject("serverUrl")}/e/any`, { method: "POST", body });
  const [eventId] = Sent.parse(await sent.json()).ids;
  const run = await until("the report to fail", LIMIT_MS, async () => {
    const answer = await fetch(`${inject("serverUrl")}/v1/events/${eventId}/runs`);
    return EventRuns.parse(await answer.json()).data.find(({ status }) => status === "Failed");
  });
  return run.run_id;
}
