import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { Card, PageTitle } from "@/components/card.tsx";
import { Choice, Field, SubmitButton } from "@/components/field.tsx";
import { Notice } from "@/components/notice.tsx";
import { reportKinds } from "@/documents/report-data.ts";
import { lastDays } from "@/lib/days.ts";
import { type PageQuery, readQuery } from "@/lib/page-query.ts";
import { services } from "@/services/index.ts";
import { ReportList } from "./report-list.tsx";

type Props = { params: Promise<{ id: string }>; searchParams: PageQuery };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: services().organizations.find((await params).id)?.name ?? "Not found" };
}

export default async function OrganizationPage({ params, searchParams }: Props) {
  const { organizations, reports } = services();
  const organization = organizations.find((await params).id);
  if (!organization) notFound();
  const query = await readQuery(searchParams);
  const people = organizations.listPeople(organization.id);
  return (
    <>
      <PageTitle lead={people.map(({ name, email }) => `${name} (${email})`).join(", ")}>
        {organization.name}
      </PageTitle>
      {query.welcome && <Notice kind="success">Your account is ready. A welcome mail is on its way.</Notice>}
      {query.error && <Notice kind="error">{query.error}</Notice>}
      <div className="grid gap-6">
        <Card title="Request a report">
          <ReportForm organizationId={organization.id} query={query} />
        </Card>
        <Card id="reports" title="Reports">
          <ReportList reports={reports.list(organization.id, 20)} />
        </Card>
      </div>
    </>
  );
}

const kinds = Object.entries(reportKinds).map(([value, { title }]) => ({ value, text: title }));

function ReportForm(props: { organizationId: string; query: Record<string, string | undefined> }) {
  const { organizationId, query } = props;
  const { start, end } = lastDays(30, new Date());
  return (
    <form
      action={`/api/organizations/${organizationId}/reports`}
      method="post"
      className="grid items-end gap-5 sm:grid-cols-[1fr_1fr_1fr_auto]"
    >
      <Choice label="Report" name="reportType" options={kinds} defaultValue={query.reportType} />
      <Field label="From" name="start" type="date" required defaultValue={query.start ?? start} />
      <Field label="To" name="end" type="date" required defaultValue={query.end ?? end} />
      <SubmitButton>Request report</SubmitButton>
    </form>
  );
}
