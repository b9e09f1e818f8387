import { Card } from "@/components/card.tsx";

const sample = `export const nightly = inngest.createFunction(
  {
    id: "nightly",
    name: "Nightly",
    triggers: [cron("0 2 * * *"), jobRequested("nightly")],
  },
  async ({ step }) => step.run("work", work),
);`;

/** What an app without jobs shows: how the first one is made. */
export function NoJobs() {
  return (
    <Card title="No scheduled jobs">
      <p className="mb-4">
        A function with a cron and the event that starts it by hand shows up here once it is served:
      </p>
      <pre className="overflow-x-auto rounded-lg bg-slate-100 p-4 text-sm dark:bg-slate-800">
        <code>{sample}</code>
      </pre>
    </Card>
  );
}
