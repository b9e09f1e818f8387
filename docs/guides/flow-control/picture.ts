/** A recording as an SVG: one row per event, time from left to right. Data in, text out. */
import { style } from "./picture-style.ts";
import type { RecordedRun, Recording } from "./record.ts";
import type { ControlMoment, EventMoment, Scene } from "./scenes.ts";
import type { Span } from "./stage.ts";

const WIDTH = 800;
const LEFT = 104;
const RIGHT = 780;
const ROW = 26;
const BAR = 14;
const LEAST_WIDTH = 10;
const LETTER_WIDTH = 7.2;

/** What is said beside an event that no run came of, in the words of the API's `outcome`. */
const said: Record<string, string> = { LIMITED: "limited", DEBOUNCED: "debounced" };
const ends: Record<string, string> = { SKIPPED: "skipped", CANCELLED: "cancelled" };
const legend = {
  event: "event",
  lost: "event without effect",
  merged: "event that is merged",
  gathers: "no run yet",
  waits: "run waits",
  works: "request in flight",
  sleeps: "step.sleep",
} as const;
const marks = new Set(["event", "lost", "merged"]);

/** Draws what was recorded. @returns the text of an SVG file */
export function draw(scene: Scene, recording: Recording): string {
  const events = scene.moments.filter((moment): moment is EventMoment => "event" in moment);
  const controls = scene.moments.filter((moment): moment is ControlMoment => "verb" in moment);
  const x = (second: number) => round(LEFT + (second / scene.until) * (RIGHT - LEFT));
  const top = controls.length > 0 ? 62 : 44;
  const bottom = top + events.length * ROW + 4;
  const rows = events.map((event, at) => drawRow(event, at, recording, x, top + at * ROW + ROW / 2));
  const used = Object.entries(legend).filter(([kind]) => rows.some((row) => row.includes(`class="${kind}"`)));
  const height = bottom + 54;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="t d">`,
    `  <title id="t">${escaped(scene.title)}</title>`,
    `  <desc id="d">${escaped(scene.description)}</desc>`,
    `  <style>${style}</style>`,
    `  <defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse"><path class="hatch" d="M-1 7 7 -1M-1 1 1 -1M5 7 7 5"/></pattern></defs>`,
    `  <rect class="paper" x="0.5" y="0.5" width="${WIDTH - 1}" height="${height - 1}" rx="8"/>`,
    `  ${text("title", 16, 25, scene.title)}`,
    ...axis(scene, x, top, bottom),
    ...controls.map(
      ({ at, verb }) =>
        `  <path class="control" d="M${x(at)} ${top - 8}V${bottom}"/>${text("verb", x(at) + 3, top - 9, verb)}`,
    ),
    ...rows,
    ...drawLegend(used, bottom + 42),
    "</svg>",
    "",
  ].join("\n");
}

function axis(scene: Scene, x: (second: number) => number, top: number, bottom: number): string[] {
  const lines = [`  <path class="axis" d="M${LEFT} ${bottom}H${RIGHT}"/>`];
  const each = scene.unit === "h" ? 3600 : 1;
  for (let at = 0; at <= scene.until; at += scene.tick) {
    lines.push(`  <path class="grid" d="M${x(at)} ${top}V${bottom}"/>`);
    lines.push(`  ${text("small", x(at), bottom + 16, `${at / each} ${scene.unit ?? "s"}`, "middle")}`);
  }
  return lines;
}

function drawRow(
  event: EventMoment,
  at: number,
  { runs, outcomes }: Recording,
  x: (second: number) => number,
  y: number,
): string {
  const parts = [text("small", LEFT - 14, y + 4.5, event.label, "end")];
  const run = runs.find(({ events }) => events[0] === at);
  const into = runs.find(({ events }) => events.includes(at));
  const waitsUntil = into === undefined || into.queuedAt === event.at ? null : into.queuedAt;
  if (waitsUntil !== null) parts.push(`<path class="gathers" d="M${x(event.at)} ${y}H${x(waitsUntil)}"/>`);
  if (run !== undefined) parts.push(...drawRun(run, x, y));
  const end = run === undefined ? said[outcomes[at] ?? ""] : ends[run.status];
  const mark =
    into !== undefined && into.status !== "SKIPPED" ? "event" : end === said.DEBOUNCED ? "merged" : "lost";
  parts.push(`<circle class="${mark}" cx="${x(event.at)}" cy="${y}" r="4.5"/>`);
  if (end !== undefined)
    parts.push(note(mark === "merged" ? "small" : "end", end, x(run?.endedAt ?? event.at), y));
  return `  <g>${parts.join("")}</g>`;
}

/** What lies between two requests and is no sleep is a wait for something that is held up. */
function drawRun(run: RecordedRun, x: (second: number) => number, y: number): string[] {
  const bar = (kind: "waits" | "works" | "sleeps", { from, to }: Span): string =>
    `<rect class="${kind}" x="${x(from)}" y="${y - BAR / 2}" width="${round(Math.max(x(to) - x(from), LEAST_WIDTH))}" height="${BAR}" rx="3"/>`;
  const end = run.endedAt ?? run.queuedAt;
  const busy = [
    ...run.requests.map((span) => ({ kind: "works" as const, ...span })),
    ...run.sleeps.map(({ from, to }) => ({
      kind: "sleeps" as const,
      from,
      to: Math.min(to, end),
    })),
  ].sort((a, b) => a.from - b.from);
  const bars: string[] = [];
  let free = run.queuedAt;
  for (const { kind, from, to } of busy) {
    if (from > free) bars.push(bar("waits", { from: free, to: from }));
    bars.push(bar(kind, { from, to }));
    free = Math.max(free, to);
  }
  if (end > free) bars.push(bar("waits", { from: free, to: end }));
  return bars;
}

/** Beside the place, on the side where there is room. */
function note(kind: string, words: string, x: number, y: number): string {
  const fits = x + 12 + words.length * LETTER_WIDTH < RIGHT + 12;
  return text(kind, fits ? x + 9 : x - 9, y + 4.5, words, fits ? "start" : "end");
}

function drawLegend(used: [string, string][], y: number): string[] {
  let x = LEFT;
  return used.map(([kind, words]) => {
    const at = x;
    x += 46 + Math.ceil(words.length * LETTER_WIDTH);
    const mid = y - 4.5;
    const isMark = marks.has(kind);
    if (isMark) x -= 12;
    const sign = isMark
      ? `<circle class="${kind}" cx="${at + 5}" cy="${mid}" r="4.5"/>`
      : kind === "gathers"
        ? `<path class="gathers" d="M${at} ${mid}H${at + 20}"/>`
        : `<rect class="${kind}" x="${at}" y="${mid - 6}" width="20" height="12" rx="3"/>`;
    return `  ${sign}${text("small", at + (isMark ? 15 : 27), y, words)}`;
  });
}

function text(kind: string, x: number, y: number, words: string, anchor = "start"): string {
  const place = anchor === "start" ? "" : ` text-anchor="${anchor}"`;
  return `<text class="${kind}" x="${x}" y="${y}"${place}>${escaped(words)}</text>`;
}

const round = (value: number): number => Math.round(value * 10) / 10;
const escaped = (words: string): string =>
  words.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
