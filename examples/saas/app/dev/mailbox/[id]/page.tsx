import type { Metadata } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { Card, PageTitle } from "@/components/card.tsx";
import { services } from "@/services/index.ts";

export const metadata: Metadata = { title: "Mail" };

export default async function MailPage({ params }: { params: Promise<{ id: string }> }) {
  const { config, mailbox } = services();
  const mail = config.mailboxShown ? await mailbox.find((await params).id) : undefined;
  if (!mail) notFound();
  return (
    <>
      <p className="mb-4">
        <Link href="/dev/mailbox" className="text-brand-700 hover:underline dark:text-brand-300">
          ← Mailbox
        </Link>
      </p>
      <PageTitle>{mail.subject}</PageTitle>
      <dl className="mb-6 grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-sm wrap-anywhere">
        <Fact name="From">{mail.from}</Fact>
        <Fact name="To">{mail.to}</Fact>
        <Fact name="Received">{mail.receivedAt.toISOString()}</Fact>
        <Fact name="Message-ID">{mail.messageId}</Fact>
      </dl>
      <div className="grid grid-cols-1 gap-6">
        {/* No scripts, no forms, its own origin; links open in a new tab. */}
        <iframe
          title="The mail as HTML"
          sandbox="allow-popups allow-popups-to-escape-sandbox"
          srcDoc={`<base target="_blank">${mail.html}`}
          className="h-[42rem] w-full rounded-xl border border-slate-200 bg-white dark:border-slate-800 dark:bg-slate-900"
        />
        <Card title="As plain text">
          <pre className="overflow-x-auto text-sm whitespace-pre-wrap wrap-anywhere">{mail.text}</pre>
        </Card>
      </div>
    </>
  );
}

function Fact({ name, children }: { name: string; children: string }) {
  return (
    <>
      <dt className="font-medium">{name}</dt>
      <dd className="text-slate-600 dark:text-slate-400">{children}</dd>
    </>
  );
}
