import type { Metadata } from "next";
import Link from "next/link";
import { Card, PageTitle } from "@/components/card.tsx";
import { Field, SubmitButton } from "@/components/field.tsx";
import { textLink } from "@/components/links.ts";
import { Notice } from "@/components/notice.tsx";
import { PasswordField } from "@/components/password-field.tsx";
import { type PageQuery, readQuery } from "@/lib/page-query.ts";

export const metadata: Metadata = { title: "Sign up" };

export default async function SignUp({ searchParams }: { searchParams: PageQuery }) {
  const { error, wrong = "", name, email, organization } = await readQuery(searchParams);
  const errorOf = (field: string) => (wrong.split(",").includes(field) ? "sign-up-error" : undefined);
  return (
    <div className="mx-auto max-w-md">
      <PageTitle lead="You get a workspace with sample figures, and a welcome mail.">Sign up</PageTitle>
      {error && (
        <Notice kind="error" id="sign-up-error">
          {error}
        </Notice>
      )}
      <Card>
        <form action="/api/sign-up" method="post" className="grid gap-5">
          <Field
            label="Name"
            name="name"
            autoComplete="name"
            maxLength={80}
            required
            defaultValue={name}
            errorId={errorOf("name")}
          />
          <Field
            label="E-mail"
            name="email"
            type="email"
            autoComplete="username"
            maxLength={200}
            required
            defaultValue={email}
            errorId={errorOf("email")}
          />
          <PasswordField
            autoComplete="new-password"
            hint="At least 8 characters."
            minLength={8}
            errorId={errorOf("password")}
          />
          <Field
            label="Organization"
            name="organization"
            autoComplete="organization"
            maxLength={80}
            hint="May stay empty: it is then called after you."
            defaultValue={organization}
            errorId={errorOf("organization")}
          />
          <SubmitButton>Sign up</SubmitButton>
        </form>
      </Card>
      <p className="mt-6">
        Been here before?{" "}
        <Link href="/sign-in" prefetch={false} className={textLink}>
          Sign in
        </Link>
      </p>
    </div>
  );
}
