import type { Metadata } from "next";
import Link from "next/link";
import type { ReactNode } from "react";
import { services } from "@/services/index.ts";
import "./globals.css";

export const metadata: Metadata = {
  title: { default: "Tallyho", template: "%s · Tallyho" },
  description: "The example SaaS of Stepwell: sign-ups, mails and reports on durable functions.",
};

// Every page reads the database, so none of them is made at build time.
export const dynamic = "force-dynamic";

export default function RootLayout({ children }: { children: ReactNode }) {
  const { mailboxShown } = services().config;
  return (
    <html lang="en">
      <body className="min-h-dvh bg-slate-50 font-sans text-slate-900 antialiased dark:bg-slate-950 dark:text-slate-100">
        <header className="border-b border-slate-200 bg-white dark:border-slate-800 dark:bg-slate-900">
          <nav
            aria-label="Main"
            className="mx-auto flex max-w-4xl flex-wrap items-center gap-x-6 gap-y-2 px-5 py-4"
          >
            <Link href="/" className="mr-auto text-lg font-bold text-brand-700 dark:text-brand-300">
              Tallyho
            </Link>
            <NavLink href="/">Organizations</NavLink>
            {mailboxShown && <NavLink href="/dev/mailbox">Mailbox</NavLink>}
            <NavLink href="/sign-up">Sign up</NavLink>
          </nav>
        </header>
        <main className="mx-auto max-w-4xl px-5 py-10">{children}</main>
      </body>
    </html>
  );
}

function NavLink({ href, children }: { href: string; children: ReactNode }) {
  return (
    <Link href={href} prefetch={false} className="text-sm font-medium hover:underline">
      {children}
    </Link>
  );
}
