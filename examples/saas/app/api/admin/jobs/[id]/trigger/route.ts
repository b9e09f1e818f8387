/**
 * Starts a scheduled job by hand: sends `app/<id>`, which the job also listens to. The form's key
 * makes the event's id, so that a double click starts one run.
 */
import { z } from "zod";
import { scheduledTasks } from "@/jobs/scheduled-tasks.ts";
import { answer, isCrossSite, pathWith, readForm } from "@/lib/http/form-post.ts";
import { jobRequested } from "@/lib/inngest/events.ts";
import { sendEvent } from "@/lib/inngest/send.ts";
import { userOf } from "@/lib/session.ts";
import { services } from "@/services/index.ts";

/** A caller without a key means each call. */
const Key = z.uuid().catch(() => crypto.randomUUID());

type Params = { params: Promise<{ id: string }> };

export async function POST(request: Request, { params }: Params): Promise<Response> {
  const user = isCrossSite(request) ? undefined : await userOf(request);
  if (user?.role !== "admin") return Response.json({ error: "Unauthorized" }, { status: 403 });
  const { id } = await params;
  const page = (outcome: "started" | "failed" | "unknown") => pathWith("/admin/jobs", { job: id, outcome });
  if (!scheduledTasks.some((task) => task.id === id)) {
    const error = "There is no such scheduled job";
    return answer(request, { is: "refused", status: 404, error, backTo: page("unknown") });
  }
  const form = await readForm(request);
  if (form instanceof Response) return form;
  const key = Key.parse(form.key);
  const entry = { actorId: user.id, subject: id };
  const event = jobRequested(id).create(
    { triggeredBy: user.id, manual: true },
    { id: `run-now-${id}-${key}` },
  );
  try {
    await sendEvent(event);
  } catch (cause) {
    console.error(cause);
    await services().audit.record({ ...entry, action: "job-trigger-failed" });
    const error = "Failed to trigger job";
    return answer(request, { is: "refused", status: 500, error, backTo: page("failed") });
  }
  await services().audit.record({ ...entry, action: "job-triggered", id: `run-now-${id}-${key}` });
  const body = { success: true, jobId: id };
  return answer(request, { is: "done", status: 200, body, goTo: page("started") });
}
