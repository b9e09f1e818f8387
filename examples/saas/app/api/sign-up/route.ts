/** Makes the account and starts `send-welcome-email`, both or neither; then signs the new user in. */
import { z } from "zod";
import { personName, shortLine } from "@/lib/http/form-fields.ts";
import {
  answer,
  isCrossSite,
  pathWith,
  readForm,
  refuseCrossSite,
  sayIssues,
  wrongFields,
} from "@/lib/http/form-post.ts";
import { userCreated } from "@/lib/inngest/events.ts";
import { EventNotSentError, sendEvent } from "@/lib/inngest/send.ts";
import { countSignUp, signInNewUser } from "@/lib/sign-in.ts";
import { sayTooOften } from "@/lib/try-limit.ts";
import { services } from "@/services/index.ts";
import type { User } from "@/services/user-service.ts";

const Form = z.object({
  name: personName,
  email: z.email("is not an e-mail address").max(200, "at most 200 characters"),
  password: z
    .string("is missing")
    .min(8, "must have at least 8 characters")
    .max(128, "at most 128 characters"),
  organization: shortLine.optional(),
});
const labels = { name: "Name", email: "E-mail", password: "Password", organization: "Organization" };

export async function POST(request: Request): Promise<Response> {
  if (isCrossSite(request)) return refuseCrossSite();
  const fields = await readForm(request);
  if (fields instanceof Response) return fields;
  const refuse = (status: 400 | 409 | 429 | 502, error: string, wrong?: string) => {
    const { name, email, organization } = fields;
    const backTo = pathWith("/sign-up", { error, wrong, name, email, organization });
    return answer(request, { is: "refused", status, error, backTo });
  };
  const form = Form.safeParse(fields);
  if (!form.success) return refuse(400, sayIssues(form.error, labels), wrongFields(form.error));
  const waitSeconds = countSignUp(request);
  if (waitSeconds > 0) return refuse(429, sayTooOften(waitSeconds));
  const { name, email, password } = form.data;
  const { users } = services();
  const organization = form.data.organization || `${name}'s team`;
  const result = await users.signUp({ name, email, password, organization });
  if (result.is === "taken") return refuse(409, `There is already an account for ${email}.`, "email");
  try {
    await announce(result.user);
  } catch (error) {
    await users.undoSignUp(result.user);
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
    cookies: await signInNewUser(request, { email, password }),
  });
}

function announce({ id: userId, email, name }: User) {
  return sendEvent(userCreated.create({ userId, email, name }, { id: `user-created-${userId}` }));
}
