/** The plan, and the form to change it for those who may. */
import { Card } from "@/components/card.tsx";
import { SubmitButton } from "@/components/field.tsx";
import { Notice } from "@/components/notice.tsx";
import { sayDay, toDay } from "@/lib/days.ts";
import { type Plan, planNames, plans, sayPrice } from "@/lib/plans.ts";
import { billedByStripe, type Subscription } from "@/services/subscription-service.ts";
import { CardNotice, type Query } from "./card-notice.tsx";

type Props = {
  organizationId: string;
  subscription: Subscription | undefined;
  mayChange: boolean;
  query: Query;
};

export function PlanCard({ organizationId, subscription, mayChange, query }: Props) {
  const canChange = mayChange && subscription?.billedBy !== "stripe";
  return (
    <Card id="plan" title="Plan">
      <CardNotice card="plan" query={query} />
      {query.plan === "changed" && (
        <Notice kind="success">The plan was changed. A confirmation by mail is on its way.</Notice>
      )}
      {query.plan === "unchanged" && (
        <Notice kind="success">Nothing to change: this is the plan already.</Notice>
      )}
      <CurrentPlan subscription={subscription} />
      {canChange ? (
        <PlanForm organizationId={organizationId} current={subscription?.plan} />
      ) : (
        <p className="mt-4 text-sm text-slate-600 dark:text-slate-400">
          {mayChange ? billedByStripe : "Only the organization’s admins can change the plan."}
        </p>
      )}
    </Card>
  );
}

function CurrentPlan({ subscription }: { subscription: Subscription | undefined }) {
  if (!subscription) return <p>No plan yet.</p>;
  const { plan, monthlyCents, startedAt } = subscription;
  return (
    <p data-testid="plan" data-plan={plan}>
      <strong className="text-xl">{plans[plan].title}</strong>{" "}
      <span className="text-slate-600 dark:text-slate-400">
        {sayPrice(monthlyCents)} · since {sayDay(toDay(startedAt))}
      </span>
    </p>
  );
}

function PlanForm({ organizationId, current }: { organizationId: string; current: Plan | undefined }) {
  return (
    <form action={`/api/organizations/${organizationId}/subscription`} method="post" className="mt-5">
      <fieldset>
        <legend className="text-sm font-medium">Choose a plan</legend>
        <div className="mt-1.5 grid gap-3 sm:grid-cols-3">
          {planNames.map((plan) => (
            <PlanChoice key={plan} plan={plan} isCurrent={plan === current} />
          ))}
        </div>
      </fieldset>
      <div className="mt-5">
        <SubmitButton>{current ? "Change plan" : "Start plan"}</SubmitButton>
      </div>
    </form>
  );
}

function PlanChoice({ plan, isCurrent }: { plan: Plan; isCurrent: boolean }) {
  const { title, monthlyCents } = plans[plan];
  return (
    <label className={choice}>
      <input
        type="radio"
        name="plan"
        value={plan}
        required
        defaultChecked={isCurrent}
        className="size-5 shrink-0 accent-brand-700 dark:accent-brand-300"
      />
      <span>
        <span className="block font-medium">{title}</span>
        <span className="block text-sm text-slate-600 dark:text-slate-400">{sayPrice(monthlyCents)}</span>
      </span>
    </label>
  );
}

const choice =
  "flex items-center gap-3 rounded-lg border border-slate-300 p-3 has-checked:border-brand-700 has-checked:bg-brand-50 dark:border-slate-700 dark:has-checked:border-brand-300 dark:has-checked:bg-slate-800";
