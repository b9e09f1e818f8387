import Link from "next/link";
import { Card, PageTitle } from "@/components/card.tsx";
import { sayDay, toDay } from "@/lib/days.ts";
import { services } from "@/services/index.ts";

export default function Home() {
  const organizations = services().organizations.list(50);
  return (
    <>
      <PageTitle lead="Tallyho counts what a product does. Sign up to get a mail, or ask an organization for a report.">
        Organizations
      </PageTitle>
      <Card>
        <ul className="-my-3 divide-y divide-slate-200 dark:divide-slate-800">
          {organizations.map(({ id, name, people, createdAt }) => (
            <li key={id} className="flex flex-wrap items-baseline gap-x-4 py-3">
              <Link href={`/organizations/${id}`} prefetch={false} className={link}>
                {name}
              </Link>
              <span className="ml-auto text-sm text-slate-600 dark:text-slate-400">
                {people} {people === 1 ? "person" : "people"} · since {sayDay(toDay(createdAt))}
              </span>
            </li>
          ))}
        </ul>
      </Card>
      <p className="mt-6">
        <Link href="/sign-up" className={link}>
          Sign up with your own organization
        </Link>
      </p>
    </>
  );
}

const link = "font-medium text-brand-700 underline-offset-4 hover:underline dark:text-brand-300";
