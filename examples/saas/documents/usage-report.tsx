/** The PDF: a first page with totals and chart, then the table, day by day. */
import { Document, Page, renderToBuffer, StyleSheet, Text, View } from "@react-pdf/renderer";
import { sayCount, sayMoney } from "@/lib/money.ts";
import { bold, toPrintable } from "./fonts.ts";
import { PageNumber, paper } from "./paper.tsx";
import { kindOf, type ReportData, type ReportTotals, toBars } from "./report-data.ts";
import { UsageChart } from "./usage-chart.tsx";
import { UsageTable } from "./usage-table.tsx";

export async function renderUsageReport(data: ReportData): Promise<Uint8Array> {
  const title = await toPrintable(data.title);
  const organization = await toPrintable(data.organization);
  return renderToBuffer(<UsageReport data={{ ...data, title, organization }} />);
}

function UsageReport({ data }: { data: ReportData }) {
  const kind = kindOf(data.reportType);
  const say = kind.charted === "costCents" ? sayMoney : sayCount;
  return (
    <Document title={`${data.title}: ${data.organization}`} author="Tallyho" language="en">
      <Page size="A4" style={paper.page}>
        <Text style={paper.brand}>Tallyho</Text>
        <Text style={styles.title}>{data.title}</Text>
        <Text style={styles.subtitle}>
          {data.organization} · {data.period}
        </Text>
        <Totals totals={data.totals} />
        <Text style={styles.section}>{kind.caption} by day</Text>
        {data.rows.length > 0 ? (
          <UsageChart bars={toBars(data.rows, kind.charted)} say={say} />
        ) : (
          <Text>Nothing was used in this period.</Text>
        )}
        <PageNumber />
      </Page>
      <Page size="A4" style={paper.page}>
        <Text style={styles.section}>Day by day</Text>
        <UsageTable rows={data.rows} totals={data.totals} />
        <PageNumber />
      </Page>
    </Document>
  );
}

function Totals({ totals }: { totals: ReportTotals }) {
  const figures = [
    ["API calls", sayCount(totals.apiCalls)],
    ["Mails sent", sayCount(totals.mailsSent)],
    ["Storage, MB-days", sayCount(totals.storageMb)],
    ["Cost", sayMoney(totals.costCents)],
  ];
  return (
    <View style={styles.totals}>
      {figures.map(([name, value]) => (
        <View key={name} style={styles.figure}>
          <Text style={styles.figureName}>{name}</Text>
          <Text style={styles.figureValue}>{value}</Text>
        </View>
      ))}
    </View>
  );
}

const styles = StyleSheet.create({
  title: { ...bold, fontSize: 24, marginTop: 18 },
  subtitle: { color: "#5b6773", fontSize: 11, marginTop: 8 },
  section: { ...bold, fontSize: 13, marginTop: 26, marginBottom: 12 },
  totals: { flexDirection: "row", gap: 10, marginTop: 24 },
  figure: { flex: 1, border: "0.8pt solid #dde3ea", borderRadius: 6, padding: 10 },
  figureName: { color: "#5b6773", fontSize: 8, marginBottom: 6 },
  figureValue: { ...bold, fontSize: 15 },
});
