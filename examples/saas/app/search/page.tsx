import type { Metadata } from "next";
import Link from "next/link";
import { Card, PageTitle } from "@/components/card.tsx";
import { Field, SubmitButton } from "@/components/field.tsx";
import { textLink } from "@/components/links.ts";
import { NoRows, Row, Rows, RowText } from "@/components/rows.tsx";
import { pathWith } from "@/lib/http/form-post.ts";
import { type PageQuery, readQuery } from "@/lib/page-query.ts";
import { requireUser } from "@/lib/session.ts";
import { services } from "@/services/index.ts";
import type { SearchHit } from "@/services/search-service.ts";

export const metadata: Metadata = { title: "Search" };

const MOST = 50;

export default async function SearchPage({ searchParams }: { searchParams: PageQuery }) {
  const { q = "" } = await readQuery(searchParams);
  const user = await requireUser(pathWith("/search", { q }));
  const organizationId = user.role === "admin" ? undefined : user.organizationId;
  const hits = await services().search.search(q, { organizationId, limit: MOST });
  return (
    <>
      <PageTitle
        lead={organizationId ? "Looks in your organization." : "Looks everywhere, because you are an admin."}
      >
        Search
      </PageTitle>
      <div className="grid gap-6">
        <Card>
          <form action="/search" role="search" className="grid items-end gap-5 sm:grid-cols-[1fr_auto]">
            <Field
              label="Names, e-mail addresses, reports, invoices, files"
              name="q"
              maxLength={200}
              defaultValue={q}
            />
            <SubmitButton>Search</SubmitButton>
          </form>
        </Card>
        {q.trim() && <p role="status">{sayCount(hits.length)}</p>}
        {hits.length > 0 ? (
          <Hits hits={hits} />
        ) : (
          <NoRows>
            {q.trim()
              ? "Try fewer words, or only the beginning of one. What is new can be found within the hour."
              : "Type the beginning of a word or two; all of them have to be there."}
          </NoRows>
        )}
      </div>
    </>
  );
}

const kinds: { kind: SearchHit["kind"]; title: string }[] = [
  { kind: "organization", title: "Organizations" },
  { kind: "person", title: "People" },
  { kind: "report", title: "Reports" },
  { kind: "invoice", title: "Invoices" },
  { kind: "upload", title: "Files" },
];

/** By kind; the best of each first. */
function Hits({ hits }: { hits: SearchHit[] }) {
  const byKind = Object.groupBy(hits, ({ kind }) => kind);
  return kinds.flatMap(({ kind, title }) => {
    const found = byKind[kind];
    if (!found) return [];
    return (
      <Card key={kind} title={title}>
        <Rows>
          {found.map(({ id, title, body, path }) => (
            <Row key={id} data-testid="hit">
              <RowText
                title={
                  <Link href={path} prefetch={false} className={textLink}>
                    {title}
                  </Link>
                }
              >
                {body}
              </RowText>
            </Row>
          ))}
        </Rows>
      </Card>
    );
  });
}

function sayCount(count: number): string {
  if (count === 0) return "Nothing found.";
  if (count === MOST) return `The best ${MOST} results.`;
  return count === 1 ? "1 result." : `${count} results.`;
}
