/** What an invoice says, before it is drawn. */
export type InvoiceLine = { text: string; amountCents: number };

export type InvoiceData = {
  number: string;
  /** "2026-04-01" */
  issuedDay: string;
  /** "2026-03": what is paid for. */
  month: string;
  organization: string;
  plan: string;
  lines: InvoiceLine[];
  totalCents: number;
};

/** An invoice whose total is not the sum of its lines must not leave the house. */
export function checkTotal({ number, lines, totalCents }: InvoiceData): void {
  const sum = lines.reduce((cents, line) => cents + line.amountCents, 0);
  if (sum !== totalCents) {
    throw new Error(`Invoice ${number}: its lines add up to ${sum} cents, its total says ${totalCents}`);
  }
}
