import type { Metadata } from "next";
import type { ReactNode } from "react";
import { MainNav } from "@/components/main-nav.tsx";
import "./globals.css";

export const metadata: Metadata = {
  title: { default: "Tallyho", template: "%s · Tallyho" },
  description: "The example SaaS of Stepwell: sign-ups, mails and reports on durable functions.",
};

// Every page reads the database, so none of them is made at build time.
export const dynamic = "force-dynamic";

export default function RootLayout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body className="min-h-dvh bg-slate-50 font-sans text-slate-900 antialiased dark:bg-slate-950 dark:text-slate-100">
        <header className="border-b border-slate-200 bg-white dark:border-slate-800 dark:bg-slate-900">
          <MainNav />
        </header>
        <main className="mx-auto max-w-4xl px-5 py-10">{children}</main>
      </body>
    </html>
  );
}
