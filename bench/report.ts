/** What a bench hands back, and how it is shown: plain tables for people, the same as JSON for machines. */

export interface Table {
  title: string;
  columns: string[];
  rows: (string | number)[][];
}

/** A measured bar (docs/design/hard-parts.md, or the issue), and whether this run met it. */
export interface Verdict {
  bar: string;
  measured: string;
  met: boolean;
}

export interface Report {
  tables: Table[];
  verdicts: Verdict[];
  /** What a reader must know before believing a number. */
  notes: string[];
}

export interface BenchOptions {
  /** 1 is the size of the published numbers; smaller ones are for trying. */
  scale: number;
  /** Folder for a CPU profile of each server; null: none are taken, since they cost time. */
  profiles: string | null;
  /** A PostgreSQL to measure instead of SQLite, for those benches that can; null: SQLite. */
  postgresUri: string | null;
  /** Tells a person who waits what is going on. */
  say: (text: string) => void;
}

export type Bench = (options: BenchOptions) => Promise<Report>;

/** The value below which `share` (0…1) of the numbers lie. */
export function quantile(numbers: readonly number[], share: number): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const at = Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1));
  return sorted[at] ?? Number.NaN;
}

/** Two numbers after the point for small ones, none for large ones. */
export function shown(value: number): string {
  if (!Number.isFinite(value)) return "—";
  if (Math.abs(value) >= 100) return Math.round(value).toString();
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2);
}

/** Median, lowest and highest of some rounds, as one cell. */
export function spread(numbers: readonly number[]): string {
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  return `${shown(quantile(numbers, 0.5))} (${shown(low)}–${shown(high)})`;
}

export function asText(report: Report): string {
  const parts = report.tables.map(tableText);
  for (const { bar, measured, met } of report.verdicts)
    parts.push(`${met ? "met" : "MISSED"}: ${bar}; measured ${measured}`);
  parts.push(report.notes.map((note) => `- ${note}`).join("\n"));
  return `${parts.join("\n\n")}\n`;
}

/** A Markdown table, aligned so that it reads as plain text, too. */
function tableText({ title, columns, rows }: Table): string {
  const cells = [
    columns,
    ...rows.map((row) => row.map((cell) => (typeof cell === "number" ? shown(cell) : cell))),
  ];
  const widths = columns.map((_, at) => Math.max(...cells.map((row) => (row[at] ?? "").length)));
  const line = (row: string[]): string =>
    `| ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(" | ")} |`;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  const [head = [], ...body] = cells;
  return [`**${title}**`, "", line(head), rule, ...body.map(line)].join("\n");
}
