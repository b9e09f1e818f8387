import type { Metadata } from "next";
import { Card, PageTitle } from "@/components/card.tsx";
import { Field, SubmitButton } from "@/components/field.tsx";
import { Notice } from "@/components/notice.tsx";
import { type PageQuery, readQuery } from "@/lib/page-query.ts";

export const metadata: Metadata = { title: "Sign up" };

export default async function SignUp({ searchParams }: { searchParams: PageQuery }) {
  const { error, name, email, organization } = await readQuery(searchParams);
  return (
    <div className="mx-auto max-w-md">
      <PageTitle lead="You get a workspace with sample figures, and a welcome mail.">Sign up</PageTitle>
      {error && <Notice kind="error">{error}</Notice>}
      <Card>
        <form action="/api/sign-up" method="post" className="grid gap-5">
          <Field label="Name" name="name" autoComplete="name" maxLength={80} required defaultValue={name} />
          <Field
            label="E-mail"
            name="email"
            type="email"
            autoComplete="email"
            maxLength={200}
            required
            defaultValue={email}
          />
          <Field
            label="Organization"
            name="organization"
            autoComplete="organization"
            maxLength={80}
            hint="May stay empty: it is then called after you."
            defaultValue={organization}
          />
          <SubmitButton>Sign up</SubmitButton>
        </form>
      </Card>
    </div>
  );
}
