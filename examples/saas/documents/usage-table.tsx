/** The day-by-day table; its head is repeated on every page, its last row adds up. */
import { StyleSheet, Text, View } from "@react-pdf/renderer";
import { sayCount, sayMoney } from "@/lib/money.ts";
import { bold } from "./fonts.ts";
import type { ReportRow, ReportTotals } from "./report-data.ts";

const HEAD = ["Day", "API calls", "Mails sent", "Storage, MB-days", "Cost"];

export function UsageTable({ rows, totals }: { rows: ReportRow[]; totals: ReportTotals }) {
  return (
    <View>
      <Row cells={HEAD} look={styles.head} fixed />
      {rows.map((row) => (
        <Row key={row.day} cells={[row.day, ...cellsOf(row)]} look={styles.plain} />
      ))}
      <Row cells={["Total", ...cellsOf(totals)]} look={styles.total} />
    </View>
  );
}

function cellsOf({ apiCalls, mailsSent, storageMb, costCents }: ReportTotals): string[] {
  return [sayCount(apiCalls), sayCount(mailsSent), sayCount(storageMb), sayMoney(costCents)];
}

type Look = (typeof styles)[keyof typeof styles];

function Row({ cells, look, fixed = false }: { cells: string[]; look: Look; fixed?: boolean }) {
  return (
    <View style={[styles.row, look]} wrap={false} fixed={fixed}>
      {cells.map((cell, column) => (
        <Text key={HEAD[column]} style={column === 0 ? styles.day : styles.number}>
          {cell}
        </Text>
      ))}
    </View>
  );
}

const styles = StyleSheet.create({
  row: { flexDirection: "row", paddingVertical: 4.5, paddingHorizontal: 4 },
  head: { ...bold, fontSize: 9, borderBottom: "1pt solid #17202a" },
  plain: { borderBottom: "0.5pt solid #e8edf2" },
  total: { ...bold, borderTop: "1pt solid #17202a" },
  day: { flex: 1 },
  number: { flex: 1, textAlign: "right" },
});
