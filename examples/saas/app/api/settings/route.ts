/** What somebody may change about themselves: no more than the form below names. */
import { z } from "zod";
import { personName } from "@/lib/http/form-fields.ts";
import {
  answer,
  isCrossSite,
  pathWith,
  readForm,
  refuseCrossSite,
  refuseSignedOut,
  sayIssues,
} from "@/lib/http/form-post.ts";
import { userOf } from "@/lib/session.ts";
import { services } from "@/services/index.ts";

/** A checkbox that is off is not sent. */
const Form = z.object({
  name: personName,
  emailReportsEnabled: z
    .literal("on", 'must be "on", or not be sent')
    .optional()
    .transform((sent) => sent === "on"),
});
const labels = { name: "Name", emailReportsEnabled: "Usage mails" };

export async function POST(request: Request): Promise<Response> {
  if (isCrossSite(request)) return refuseCrossSite();
  const user = await userOf(request);
  if (!user) return refuseSignedOut(request, "/settings");
  const fields = await readForm(request);
  if (fields instanceof Response) return fields;
  const form = Form.safeParse(fields);
  if (!form.success) {
    const error = sayIssues(form.error, labels);
    return answer(request, {
      is: "refused",
      status: 400,
      error,
      backTo: pathWith("/settings", { error }),
    });
  }
  await services().users.change(user.id, form.data);
  return answer(request, { is: "done", status: 200, body: form.data, goTo: "/settings?saved=1" });
}
