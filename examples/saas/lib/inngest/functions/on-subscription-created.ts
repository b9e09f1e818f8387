/** Confirms a new subscription to the organization's admin, and keeps that it was made. */
import { NonRetriableError } from "inngest";
import { type Plan, plans, sayPrice } from "@/lib/plans.ts";
import { services } from "@/services/index.ts";
import { inngest } from "../client.ts";
import { subscriptionCreated } from "../events.ts";

export const onSubscriptionCreated = inngest.createFunction(
  { id: "on-subscription-created", triggers: [subscriptionCreated] },
  async ({ event, step, runId }) => {
    const { organizationId, plan } = event.data;

    await step.run("confirm", async () => {
      const { email, organizations } = services();
      const organization = await organizations.find(organizationId);
      if (!organization) throw new NonRetriableError(`There is no organization "${organizationId}"`);
      const admin = await organizations.findAdmin(organizationId);
      if (!admin) throw new NonRetriableError(`Organization "${organizationId}" has no admin to write to`);
      return email.send({
        to: admin.email,
        template: "subscription-confirmed",
        variables: {
          name: admin.name,
          organization: organization.name,
          plan: plans[plan].title,
          price: sayPrice(await findPrice(organizationId, plan)),
        },
        key: [runId, "confirm"],
      });
    });
    await step.run("record-audit", () =>
      services().audit.record({
        // Of the run, so that repeating the step makes no second entry.
        id: `${runId}-record-audit`,
        actorId: null,
        action: "subscription-created",
        subject: organizationId,
      }),
    );
  },
);

/** What was agreed; where the event is here before the subscription, what the plan costs. */
async function findPrice(organizationId: string, plan: Plan): Promise<number> {
  const current = await services().subscriptions.current(organizationId);
  return current?.plan === plan ? current.monthlyCents : plans[plan].monthlyCents;
}
