/** What a usage report says, before it is drawn. Pure, and small enough to be a step's result. */
export type ReportRow = {
  day: string;
  apiCalls: number;
  mailsSent: number;
  storageMb: number;
  costCents: number;
};

export type ReportTotals = Omit<ReportRow, "day">;

export type ReportData = {
  reportId: string;
  title: string;
  reportType: string;
  organization: string;
  period: string;
  rows: ReportRow[];
  totals: ReportTotals;
};

/** The kinds the form offers. Any other type is a usage report under its own name. */
export const reportKinds = {
  usage: { title: "Usage report", charted: "apiCalls", caption: "API calls" },
  billing: { title: "Billing report", charted: "costCents", caption: "Cost" },
} as const satisfies Record<string, ReportKind>;

export type ReportKind = { title: string; charted: keyof ReportTotals; caption: string };

export function kindOf(reportType: string): ReportKind {
  return Object.hasOwn(reportKinds, reportType)
    ? reportKinds[reportType as keyof typeof reportKinds]
    : { ...reportKinds.usage, title: `${capitalize(reportType)} report` };
}

export function titleOf(reportType: string): string {
  return kindOf(reportType).title;
}

export function addUp(rows: readonly ReportRow[]): ReportTotals {
  const totals = { apiCalls: 0, mailsSent: 0, storageMb: 0, costCents: 0 };
  for (const row of rows) {
    totals.apiCalls += row.apiCalls;
    totals.mailsSent += row.mailsSent;
    totals.storageMb += row.storageMb;
    totals.costCents += row.costCents;
  }
  return totals;
}

export type Bar = { from: string; value: number };

/** At most `most` bars: neighbouring days are added up when there are more. */
export function toBars(rows: readonly ReportRow[], charted: keyof ReportTotals, most = 62): Bar[] {
  const width = Math.max(1, Math.ceil(rows.length / most));
  const bars: Bar[] = [];
  rows.forEach((row, index) => {
    const bar = bars.at(-1);
    if (bar && index % width !== 0) bar.value += row[charted];
    else bars.push({ from: row.day, value: row[charted] });
  });
  return bars;
}

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
