import { describe, expect, it } from "vitest";
import { readInvoice } from "@/scripts/read-invoice.ts";
import { readPdf } from "@/scripts/read-pdf.ts";
import { renderInvoice } from "./invoice.tsx";
import type { InvoiceData } from "./invoice-data.ts";

function invoiceOf(lines: InvoiceData["lines"]): InvoiceData {
  return {
    number: "INV-2026-0042",
    issuedDay: "2026-04-01",
    month: "2026-03",
    organization: "Northwind Tea & Söhne",
    plan: "Pro",
    lines,
    totalCents: lines.reduce((sum, { amountCents }) => sum + amountCents, 0),
  };
}

const usual = invoiceOf([
  { text: "Pro plan, March 2026", amountCents: 4_900 },
  { text: "Usage", amountCents: 123_456 },
  { text: "Credit for the outage of 3 March", amountCents: -1_250 },
]);

describe("the invoice's PDF", () => {
  it("says its number, for whom and what it is, and a total that is the sum of its lines", async () => {
    const pages = await readPdf(await renderInvoice(usual));
    const { facts, lines, totalCents } = readInvoice(pages);
    expect(facts).toEqual({
      Number: "INV-2026-0042",
      Issued: "1 April 2026",
      For: "Northwind Tea & Söhne",
      Month: "March 2026",
      Plan: "Pro",
    });
    expect(lines).toEqual(usual.lines);
    expect(totalCents).toBe(lines.reduce((sum, { amountCents }) => sum + amountCents, 0));
    expect(totalCents).toBe(127_106);
    expect(pages.map((page) => page.lines.at(-1)?.join(""))).toEqual(["INV-2026-0042 · Page 1 of 1"]);
  });

  it.each([["Łódź Ščepán & Őrs"], ["Смирнов и Ґалаґан"], ["Ωμέγα Ελλάς"], ["Nguyễn Thị Hạnh"]])(
    "says the name %s letter by letter",
    async (organization) => {
      const pages = await readPdf(await renderInvoice({ ...usual, organization }));
      expect(readInvoice(pages).facts.For).toBe(organization);
    },
  );

  it("says a Latin name also after it has drawn the same letters as parts of others", async () => {
    await renderInvoice({ ...usual, organization: "Смирнов Ćąęp Άρα" });
    const pages = await readPdf(await renderInvoice({ ...usual, organization: "CAPE Apricot Cocoa" }));
    expect(readInvoice(pages).facts).toMatchObject({ For: "CAPE Apricot Cocoa", Issued: "1 April 2026" });
  });

  it("marks letters that its font does not have, rather than print wrong ones", async () => {
    const pages = await readPdf(await renderInvoice({ ...usual, organization: "日本 Tea 🍵" }));
    expect(readInvoice(pages).facts.For).toBe("?? Tea ?");
  });

  it("breaks a name without a space where the line ends, and loses no letter of it", async () => {
    const organization = "W".repeat(80);
    const [page] = await readPdf(await renderInvoice({ ...usual, organization }));
    const parts = page?.lines.flat().filter((text) => /^W+$/.test(text)) ?? [];
    expect(parts.length).toBeGreaterThan(1);
    expect(parts.join("")).toBe(organization);
  });

  it("goes on to the next page, with its head and every line once", async () => {
    const many = invoiceOf(
      Array.from({ length: 80 }, (_, index) => ({ text: `Seat ${index + 1}`, amountCents: 900 + index })),
    );
    const pages = await readPdf(await renderInvoice(many));
    expect(pages.length).toBeGreaterThan(1);
    for (const { lines } of pages) expect(lines).toContainEqual(["What", "Amount"]);
    const read = readInvoice(pages);
    expect(read.lines).toEqual(many.lines);
    expect(read.totalCents).toBe(many.totalCents);
    expect(pages.at(-1)?.lines.at(-1)?.join("")).toBe(
      `INV-2026-0042 · Page ${pages.length} of ${pages.length}`,
    );
  });

  it("is not made when the total is not the sum", async () => {
    await expect(renderInvoice({ ...usual, totalCents: 127_107 })).rejects.toThrow(
      "Invoice INV-2026-0042: its lines add up to 127106 cents, its total says 127107",
    );
  });
});
