import type { Metadata } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { AutoRefresh } from "@/components/auto-refresh.tsx";
import { Card, PageTitle } from "@/components/card.tsx";
import { services } from "@/services/index.ts";

export const metadata: Metadata = { title: "Mailbox" };

const here = "No SMTP server is set up, so the app's own one keeps every mail here.";
const elsewhere = "Mails go to the SMTP server that is set up. Here are those kept before.";

export default async function Mailbox() {
  const { config, mailbox } = services();
  if (!config.mailboxShown) notFound();
  const mails = await mailbox.list();
  return (
    <>
      <AutoRefresh everyMs={3_000} />
      <PageTitle lead={config.smtp ? elsewhere : here}>Mailbox</PageTitle>
      <Card>
        {mails.length === 0 && <p>No mail yet. Sign up, and the first one arrives.</p>}
        <ul className="-my-3 divide-y divide-slate-200 dark:divide-slate-800">
          {mails.map(({ id, subject, to, receivedAt, copies }) => (
            <li key={id} data-testid="mail" className="py-3">
              <Link
                href={`/dev/mailbox/${id}`}
                prefetch={false}
                className="font-medium text-brand-700 hover:underline dark:text-brand-300"
              >
                {subject}
              </Link>
              <p className="flex flex-wrap gap-x-4 text-sm text-slate-600 dark:text-slate-400">
                <span className="wrap-anywhere">to {to}</span>
                <time dateTime={receivedAt.toISOString()}>
                  {receivedAt.toISOString().slice(0, 19).replace("T", " ")} UTC
                </time>
                {copies > 1 && <span>delivered {copies} times</span>}
              </p>
            </li>
          ))}
        </ul>
      </Card>
    </>
  );
}
