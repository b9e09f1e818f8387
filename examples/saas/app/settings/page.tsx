import type { Metadata } from "next";
import { Card, PageTitle } from "@/components/card.tsx";
import { Checkbox, Field, SubmitButton } from "@/components/field.tsx";
import { Notice } from "@/components/notice.tsx";
import { type PageQuery, readQuery } from "@/lib/page-query.ts";
import { requireUser } from "@/lib/session.ts";

export const metadata: Metadata = { title: "Settings" };

export default async function Settings({ searchParams }: { searchParams: PageQuery }) {
  const user = await requireUser("/settings");
  const { saved, error } = await readQuery(searchParams);
  return (
    <div className="mx-auto max-w-md">
      <PageTitle lead={`Signed in as ${user.email}`}>Settings</PageTitle>
      {saved && <Notice kind="success">Your settings are saved.</Notice>}
      {error && (
        <Notice kind="error" id="settings-error">
          {error}
        </Notice>
      )}
      <Card>
        <form action="/api/settings" method="post" className="grid gap-5">
          <Field
            label="Name"
            name="name"
            autoComplete="name"
            maxLength={80}
            required
            defaultValue={user.name}
            errorId={error ? "settings-error" : undefined}
          />
          <Checkbox
            label="Usage mails"
            name="emailReportsEnabled"
            hint="Every morning, what your organization used the day before."
            defaultChecked={user.emailReportsEnabled}
          />
          <SubmitButton>Save</SubmitButton>
        </form>
      </Card>
    </div>
  );
}
