import Link from "next/link";
import { Card } from "@/components/card.tsx";
import { primaryLink, secondaryLink } from "@/components/links.ts";

/** What a stranger sees. */
export function Landing() {
  return (
    <>
      <section className="pt-6 pb-12 sm:pt-12">
        <h1 className="max-w-2xl text-4xl font-bold tracking-tight text-balance sm:text-5xl">
          Know what your product did today.
        </h1>
        <p className="mt-4 max-w-xl text-lg text-slate-600 dark:text-slate-400">
          Tallyho counts API calls, mails and storage, adds up what they cost, and writes it down for you.
        </p>
        <p className="mt-8 flex flex-wrap gap-3">
          <Link href="/sign-up" prefetch={false} className={primaryLink}>
            Sign up
          </Link>
          <Link href="/sign-in" prefetch={false} className={secondaryLink}>
            Sign in
          </Link>
        </p>
      </section>
      <div className="grid gap-6 sm:grid-cols-3">
        {features.map(({ title, text }) => (
          <Card key={title} title={title}>
            <p className="text-slate-600 dark:text-slate-400">{text}</p>
          </Card>
        ))}
      </div>
    </>
  );
}

const features = [
  { title: "Every morning", text: "A mail with yesterday's figures, for everybody who wants it." },
  { title: "Whenever you ask", text: "A report as a PDF: any period, with a chart and every day of it." },
  { title: "Once a month", text: "An invoice for your plan, numbered, as a PDF in your inbox." },
];
