import Link from "next/link";
import { Card, PageTitle } from "@/components/card.tsx";
import { textLink } from "@/components/links.ts";
import { sayDay, toDay } from "@/lib/days.ts";
import type { User } from "@/lib/session.ts";
import { services } from "@/services/index.ts";

/** The user's own organization; for admins all of them, their own first. */
export async function OrganizationList({ user }: { user: User }) {
  const isAdmin = user.role === "admin";
  const { organizations } = services();
  const own = await organizations.find(user.organizationId);
  const others = isAdmin ? (await organizations.list(50)).filter(({ id }) => id !== own?.id) : [];
  return (
    <>
      <PageTitle lead={isAdmin ? "Everybody's, because you are an admin." : `Welcome back, ${user.name}.`}>
        {isAdmin ? "Organizations" : "Home"}
      </PageTitle>
      <Card title={isAdmin ? "Your own" : "Your organization"}>
        {own && (
          <Link href={`/organizations/${own.id}`} prefetch={false} className={textLink}>
            {own.name}
          </Link>
        )}
      </Card>
      {isAdmin && (
        <div className="mt-6 grid gap-6">
          <Card title="All others">
            <ul className="-my-3 divide-y divide-slate-200 dark:divide-slate-800">
              {others.map(({ id, name, people, createdAt }) => (
                <li key={id} className="flex flex-wrap items-baseline gap-x-4 py-3">
                  <Link href={`/organizations/${id}`} prefetch={false} className={textLink}>
                    {name}
                  </Link>
                  <span className="basis-full text-sm text-slate-600 sm:ml-auto sm:basis-auto dark:text-slate-400">
                    {people} {people === 1 ? "person" : "people"} · since {sayDay(toDay(createdAt))}
                  </span>
                </li>
              ))}
            </ul>
          </Card>
          <p>
            <Link href="/admin/jobs" prefetch={false} className={textLink}>
              Scheduled jobs
            </Link>
            : what runs by the clock, and how it went.
          </p>
        </div>
      )}
    </>
  );
}
