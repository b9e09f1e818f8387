/** Makes the account and starts `send-welcome-email`; both or neither. */
import { z } from "zod";
import { answer, isCrossSite, pathWith, readForm, refuseCrossSite, sayIssues } from "@/lib/http/form-post.ts";
import { userCreated } from "@/lib/inngest/events.ts";
import { EventNotSentError, sendEvent } from "@/lib/inngest/send.ts";
import { services } from "@/services/index.ts";
import type { User } from "@/services/user-service.ts";

const Form = z.object({
  name: z.string("is missing").min(1, "must not be empty").max(80, "at most 80 characters"),
  email: z.email("is not an e-mail address").max(200, "at most 200 characters"),
  organization: z.string().max(80, "at most 80 characters").optional(),
});
const labels = { name: "Name", email: "E-mail", organization: "Organization" };

export async function POST(request: Request): Promise<Response> {
  if (isCrossSite(request)) return refuseCrossSite();
  const fields = await readForm(request);
  const refuse = (status: 400 | 409 | 502, error: string) => {
    const { name, email, organization } = fields;
    const backTo = pathWith("/sign-up", { error, name, email, organization });
    return answer(request, { is: "refused", status, error, backTo });
  };
  const form = Form.safeParse(fields);
  if (!form.success) return refuse(400, sayIssues(form.error, labels));
  const { name, email } = form.data;
  const { users } = services();
  const result = users.signUp({ name, email, organization: form.data.organization || `${name}'s team` });
  if (result.is === "taken") return refuse(409, `There is already an account for ${email}.`);
  try {
    await announce(result.user);
  } catch (error) {
    users.undoSignUp(result.user);
    if (!(error instanceof EventNotSentError)) throw error;
    return refuse(502, `Nothing was saved. ${error.message}`);
  }
  const { id: userId, organizationId } = result.user;
  const body = { userId, organizationId };
  return answer(request, {
    is: "done",
    status: 201,
    body,
    goTo: `/organizations/${organizationId}?welcome=1`,
  });
}

function announce({ id: userId, email, name }: User) {
  return sendEvent(userCreated.create({ userId, email, name }, { id: `user-created-${userId}` }));
}
