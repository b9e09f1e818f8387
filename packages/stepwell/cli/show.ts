/** Times, durations and tables for people. */
import { colors as pc } from "./colors.ts";

export function durationText(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(ms < 10_000 ? 2 : 1)} s`;
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return `${minutes} min ${Math.floor((ms % 60_000) / 1_000)} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** Local time; with the date when it is not today's. */
export function timeText(iso: string | null, now: Date): string {
  if (iso === null) return "";
  const at = new Date(iso);
  const time = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${String(at.getMilliseconds()).padStart(3, "0")}`;
  if (at.toDateString() === now.toDateString()) return time;
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${time}`;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}

const statusLooks: Record<string, [sign: string, paint: (text: string) => string]> = {
  COMPLETED: ["✓", pc.green],
  FAILED: ["✗", pc.red],
  CANCELLED: ["⊘", pc.yellow],
  SKIPPED: ["-", pc.dim],
  RUNNING: ["▸", pc.cyan],
  WAITING: ["◷", pc.cyan],
  QUEUED: ["·", pc.dim],
};

/** Sign and colour of a status; the sign alone tells it, too. */
export function statusSign(status: string): string {
  const [sign, paint] = statusLooks[status] ?? ["?", pc.dim];
  return paint(sign);
}

export function statusText(status: string): string {
  const [, paint] = statusLooks[status] ?? ["?", pc.dim];
  return paint(status.toLowerCase());
}

/** Columns as wide as their widest cell; colours do not count. */
export function table(head: string[], rows: string[][]): string {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => width(row[i] ?? ""))));
  const line = (cells: string[]) =>
    cells
      .map((cell, i) => cell + " ".repeat(Math.max(0, (widths[i] ?? 0) - width(cell))))
      .join("  ")
      .trimEnd();
  return [pc.dim(line(head)), ...rows.map(line)].join("\n");
}

function width(text: string): number {
  return text.replace(/\u001b\[[0-9;]*m/g, "").length;
}
