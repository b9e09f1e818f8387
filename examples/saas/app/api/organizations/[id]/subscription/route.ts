/** Puts the organization on a plan and starts `on-subscription-created`; both or neither. */
import { z } from "zod";
import { answer, isCrossSite, pathWith, readForm, refuseCrossSite, sayIssues } from "@/lib/http/form-post.ts";
import { subscriptionCreated } from "@/lib/inngest/events.ts";
import { EventNotSentError, sendEvent } from "@/lib/inngest/send.ts";
import { planNames } from "@/lib/plans.ts";
import { memberOf } from "@/lib/session.ts";
import { services } from "@/services/index.ts";
import { billedByStripe, mayChangePlan, type Subscription } from "@/services/subscription-service.ts";

const Form = z.object({ plan: z.enum(planNames, `must be one of ${planNames.join(", ")}`) });

type Params = { params: Promise<{ id: string }> };

export async function POST(request: Request, { params }: Params): Promise<Response> {
  if (isCrossSite(request)) return refuseCrossSite();
  const member = await memberOf(request, (await params).id);
  if (member instanceof Response) return member;
  const { user, organization } = member;
  const page = `/organizations/${organization.id}`;
  const refuse = (status: 400 | 403 | 409 | 502, error: string) => {
    const backTo = `${pathWith(page, { error, card: "plan" })}#plan`;
    return answer(request, { is: "refused", status, error, backTo });
  };
  if (!mayChangePlan(user, organization.id)) {
    return refuse(403, "Only the organization's admins can change its plan.");
  }
  const fields = await readForm(request);
  if (fields instanceof Response) return fields;
  const form = Form.safeParse(fields);
  if (!form.success) return refuse(400, sayIssues(form.error, { plan: "Plan" }));
  const { plan } = form.data;

  const { subscriptions } = services();
  const { is, subscription } = await subscriptions.change(organization.id, plan, new Date());
  if (is === "billed-by-stripe") return refuse(409, billedByStripe);
  if (is === "changed") {
    try {
      await announce(subscription);
    } catch (error) {
      await subscriptions.undoChange(subscription);
      if (!(error instanceof EventNotSentError)) throw error;
      return refuse(502, `The plan was not changed. ${error.message}`);
    }
  }
  const body = { subscriptionId: subscription.id, plan, changed: is === "changed" };
  return answer(request, { is: "done", status: 200, body, goTo: `${pathWith(page, { plan: is })}#plan` });
}

function announce({ id, organizationId, plan }: Subscription) {
  return sendEvent(
    subscriptionCreated.create({ organizationId, plan }, { id: `subscription-created-${id}` }),
  );
}
