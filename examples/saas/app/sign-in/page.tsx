import type { Metadata } from "next";
import Link from "next/link";
import { redirect } from "next/navigation";
import { Card, PageTitle } from "@/components/card.tsx";
import { Field, SubmitButton } from "@/components/field.tsx";
import { textLink } from "@/components/links.ts";
import { Notice } from "@/components/notice.tsx";
import { PasswordField } from "@/components/password-field.tsx";
import { sameSitePath } from "@/lib/http/same-site-path.ts";
import { type PageQuery, readQuery } from "@/lib/page-query.ts";
import { currentUser } from "@/lib/session.ts";

export const metadata: Metadata = { title: "Sign in" };

export default async function SignIn({ searchParams }: { searchParams: PageQuery }) {
  const { error, email, next } = await readQuery(searchParams);
  const goTo = sameSitePath(next, "/");
  if (await currentUser()) redirect(goTo);
  const errorId = error ? "sign-in-error" : undefined;
  return (
    <div className="mx-auto max-w-md">
      <PageTitle>Sign in</PageTitle>
      {error && (
        <Notice kind="error" id="sign-in-error">
          {error}
        </Notice>
      )}
      <Card>
        <form action="/api/sign-in" method="post" className="grid gap-5">
          <input type="hidden" name="next" value={goTo} />
          <Field
            label="E-mail"
            name="email"
            type="email"
            autoComplete="username"
            maxLength={200}
            required
            defaultValue={email}
            errorId={errorId}
          />
          <PasswordField autoComplete="current-password" errorId={errorId} />
          <SubmitButton>Sign in</SubmitButton>
        </form>
      </Card>
      <p className="mt-6">
        No account yet?{" "}
        <Link href="/sign-up" prefetch={false} className={textLink}>
          Sign up
        </Link>
      </p>
    </div>
  );
}
