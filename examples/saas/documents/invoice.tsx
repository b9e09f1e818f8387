/** The PDF of an invoice: what it is for, then its lines and their total, on as many pages as they need. */
import { Document, Page, renderToBuffer, StyleSheet, Text, View } from "@react-pdf/renderer";
import { sayDay } from "@/lib/days.ts";
import { sayMoney } from "@/lib/money.ts";
import { sayMonth } from "@/lib/months.ts";
import { bold, toPrintable } from "./fonts.ts";
import { checkTotal, type InvoiceData } from "./invoice-data.ts";
import { PageNumber, paper } from "./paper.tsx";

export async function renderInvoice(data: InvoiceData): Promise<Uint8Array> {
  checkTotal(data);
  const organization = await toPrintable(data.organization);
  return renderToBuffer(<Invoice data={{ ...data, organization }} />);
}

function Invoice({ data }: { data: InvoiceData }) {
  return (
    <Document title={`Invoice ${data.number}: ${data.organization}`} author="Tallyho" language="en">
      <Page size="A4" style={paper.page}>
        <Text style={paper.brand}>Tallyho</Text>
        <Text style={styles.title}>Invoice</Text>
        <Facts data={data} />
        <Lines data={data} />
        <PageNumber of={data.number} />
      </Page>
    </Document>
  );
}

function Facts({ data }: { data: InvoiceData }) {
  const facts = [
    ["Number", data.number],
    ["Issued", sayDay(data.issuedDay)],
    ["For", data.organization],
    ["Month", sayMonth(data.month)],
    ["Plan", data.plan],
  ];
  return (
    <View style={styles.facts}>
      {facts.map(([name, value]) => (
        <View key={name} style={styles.fact}>
          <Text style={styles.factName}>{name}</Text>
          <Text style={styles.factValue}>{value}</Text>
        </View>
      ))}
    </View>
  );
}

function Lines({ data }: { data: InvoiceData }) {
  return (
    <View>
      <Row text="What" amount="Amount" look={styles.head} fixed />
      {data.lines.map(({ text, amountCents }, index) => (
        <Row key={index} text={text} amount={sayMoney(amountCents)} look={styles.line} />
      ))}
      <Row text="Total" amount={sayMoney(data.totalCents)} look={styles.total} />
    </View>
  );
}

type RowProps = { text: string; amount: string; look: (typeof styles)[keyof typeof styles]; fixed?: boolean };

function Row({ text, amount, look, fixed = false }: RowProps) {
  return (
    <View style={[styles.row, look]} wrap={false} fixed={fixed}>
      <Text style={styles.text}>{text}</Text>
      <Text style={styles.amount}>{amount}</Text>
    </View>
  );
}

const styles = StyleSheet.create({
  title: { ...bold, fontSize: 24, marginTop: 18 },
  facts: { marginTop: 20, marginBottom: 26, gap: 5 },
  fact: { flexDirection: "row" },
  factName: { color: "#5b6773", width: 80 },
  factValue: { flex: 1 },
  row: { flexDirection: "row", paddingVertical: 6, paddingHorizontal: 4 },
  head: { ...bold, fontSize: 9, borderBottom: "1pt solid #17202a" },
  line: { borderBottom: "0.5pt solid #e8edf2" },
  total: { ...bold, fontSize: 12, borderTop: "1pt solid #17202a" },
  text: { flex: 1, paddingRight: 16 },
  amount: { width: 100, textAlign: "right" },
});
