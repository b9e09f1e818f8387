import type { Metadata } from "next";
import { PageTitle } from "@/components/card.tsx";
import { Notice } from "@/components/notice.tsx";
import { rowsToRead } from "@/components/rows.tsx";
import { sayDay, toDay } from "@/lib/days.ts";
import { type PageQuery, readQuery } from "@/lib/page-query.ts";
import { requireMember } from "@/lib/session.ts";
import { services } from "@/services/index.ts";
import { mayChangePlan } from "@/services/subscription-service.ts";
import { InvoiceCard } from "./invoice-card.tsx";
import { PeopleCard } from "./people-card.tsx";
import { PlanCard } from "./plan-card.tsx";
import { ReportCard } from "./report-card.tsx";
import { UploadCard } from "./upload-card.tsx";

type Props = { params: Promise<{ id: string }>; searchParams: PageQuery };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { organization } = await requireMember((await params).id);
  return { title: organization.name };
}

export default async function OrganizationPage({ params, searchParams }: Props) {
  const { user, organization } = await requireMember((await params).id);
  const query = await readQuery(searchParams);
  const { organizations, subscriptions, reports, invoices, uploads } = services();
  const { id } = organization;
  const limitOf = (card: string) => rowsToRead(query.more === card);
  const subscription = await subscriptions.current(id);
  const shared = { organizationId: id, query };
  return (
    <>
      <PageTitle lead={`Here since ${sayDay(toDay(organization.createdAt))}`}>{organization.name}</PageTitle>
      {query.welcome && <Notice kind="success">Your account is ready. A welcome mail is on its way.</Notice>}
      {query.error && !query.card && <Notice kind="error">{query.error}</Notice>}
      <div className="grid gap-6">
        <PlanCard {...shared} subscription={subscription} mayChange={mayChangePlan(user, id)} />
        <ReportCard {...shared} reports={await reports.list(id, limitOf("reports"))} />
        <InvoiceCard
          {...shared}
          hasPlan={subscription !== undefined}
          invoices={await invoices.list(id, limitOf("invoices"))}
        />
        <UploadCard {...shared} uploads={await uploads.list(id, limitOf("uploads"))} />
        <PeopleCard {...shared} people={await organizations.listPeople(id)} />
      </div>
    </>
  );
}
