import type { Metadata } from "next";
import Link from "next/link";
import { Card, PageTitle } from "@/components/card.tsx";
import { SubmitButton } from "@/components/field.tsx";
import { textLink } from "@/components/links.ts";
import { type PageQuery, readQuery } from "@/lib/page-query.ts";
import { isUnsubscribeSignature } from "@/lib/unsubscribe.ts";
import { services } from "@/services/index.ts";

export const metadata: Metadata = { title: "Usage mails", robots: { index: false } };

/** Changes nothing by being opened: programs that check the links of a mail open them all. */
export default async function Unsubscribe({ searchParams }: { searchParams: PageQuery }) {
  const { user = "", signature = "" } = await readQuery(searchParams);
  const { config, users } = services();
  if (!isUnsubscribeSignature(user, signature, config)) return <BrokenLink />;
  const isOn = (await users.find(user))?.emailReportsEnabled ?? false;
  return (
    <div className="mx-auto max-w-md">
      {isOn ? <Question userId={user} signature={signature} /> : <AreOff />}
    </div>
  );
}

function Question({ userId, signature }: { userId: string; signature: string }) {
  return (
    <>
      <PageTitle lead="The mail every morning with your usage stops. Other mails still come.">
        Turn usage mails off?
      </PageTitle>
      <Card>
        <form action="/api/unsubscribe" method="post" className="grid">
          <input type="hidden" name="user" value={userId} />
          <input type="hidden" name="signature" value={signature} />
          <SubmitButton>Turn usage mails off</SubmitButton>
        </form>
      </Card>
    </>
  );
}

function AreOff() {
  return (
    <>
      <div role="status">
        <PageTitle lead="No more of them will come.">Usage mails are off</PageTitle>
      </div>
      <ToSettings>Turn them on again in your settings</ToSettings>
    </>
  );
}

function BrokenLink() {
  return (
    <div className="mx-auto max-w-md">
      <div role="alert">
        <PageTitle lead="A part of it is missing or changed. Open it again from the mail.">
          This link does not work
        </PageTitle>
      </div>
      <ToSettings>Turn usage mails off in your settings</ToSettings>
    </div>
  );
}

function ToSettings({ children }: { children: string }) {
  return (
    <Link href="/settings" prefetch={false} className={textLink}>
      {children}
    </Link>
  );
}
