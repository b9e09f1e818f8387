/** Reads an invoice's PDF back, as the demo and the tests check it. */
import type { PdfPage } from "./read-pdf.ts";

export type ReadInvoice = {
  /** What stands above the lines, by name: "Number", "Issued", "For", "Month", "Plan". */
  facts: Record<string, string>;
  lines: { text: string; amountCents: number }[];
  totalCents: number;
};

const money = /^-?\$[\d,]+\.\d\d$/;

export function readInvoice(pages: PdfPage[]): ReadInvoice {
  const rows = pages.flatMap((page) => page.lines);
  const priced = rows.flatMap(([text = "", amount = "", ...more]) =>
    money.test(amount) && more.length === 0 ? [{ text, amountCents: toCents(amount) }] : [],
  );
  const total = priced.findLastIndex(({ text }) => text === "Total");
  if (total < 0) throw new Error("The PDF has no line that says a total");
  const head = rows.findIndex(([first]) => first === "What");
  const facts = rows.slice(0, head).filter((row) => row.length === 2);
  return {
    facts: Object.fromEntries(facts),
    lines: priced.slice(0, total),
    totalCents: priced[total]?.amountCents ?? Number.NaN,
  };
}

/** "-$1,234.56" → -123456 */
function toCents(amount: string): number {
  return Math.round(Number(amount.replaceAll(/[$,]/g, "")) * 100);
}
