/** What was billed, and when the first bill comes. */
import { Card } from "@/components/card.tsx";
import { textLink } from "@/components/links.ts";
import { CutRows, NoRows, Row, Rows, RowText } from "@/components/rows.tsx";
import { sayDay, toDay } from "@/lib/days.ts";
import { sayMoney } from "@/lib/money.ts";
import { endOf, sayMonth } from "@/lib/months.ts";
import { services } from "@/services/index.ts";
import type { Invoice } from "@/services/invoice-service.ts";
import type { Query } from "./card-notice.tsx";

type Props = { organizationId: string; invoices: Invoice[]; hasPlan: boolean; query: Query };

export function InvoiceCard({ organizationId, invoices, hasPlan, query }: Props) {
  const moreUrl = `/organizations/${organizationId}?more=invoices#invoices`;
  return (
    <Card id="invoices" title="Invoices">
      {invoices.length === 0 ? (
        <NoRows>No invoices yet. {hasPlan ? sayFirst(new Date()) : "They start with the first plan."}</NoRows>
      ) : (
        <CutRows rows={invoices} more={query.more === "invoices"} moreUrl={moreUrl}>
          {(shown) => (
            <Rows>
              {shown.map((invoice) => (
                <InvoiceItem key={invoice.id} invoice={invoice} />
              ))}
            </Rows>
          )}
        </CutRows>
      )}
    </Card>
  );
}

function InvoiceItem({ invoice: { number, month, amountCents, filePath } }: { invoice: Invoice }) {
  return (
    <Row data-testid="invoice">
      <RowText title={sayMonth(month)}>{number}</RowText>
      <span className="font-medium tabular-nums">{sayMoney(amountCents)}</span>
      {filePath ? (
        <a href={services().invoices.downloadUrl({ filePath })} className={textLink}>
          PDF<span className="sr-only"> of {number}</span>
        </a>
      ) : (
        <span className="text-sm text-slate-600 dark:text-slate-400">PDF is being made</span>
      )}
    </Row>
  );
}

/** They are made on the first of each month for the one before: see `jobs/monthly-invoices.ts`. */
function sayFirst(now: Date): string {
  const first = endOf(toDay(now).slice(0, 7));
  return `The first one comes on ${sayDay(toDay(first))}.`;
}
