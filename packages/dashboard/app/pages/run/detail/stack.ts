/** Frames of an error's stack, told apart: the app's own, those of packages, and the runtime's. */

export interface Frame {
  /** The line as it was, without its indent. */
  text: string;
  kind: "app" | "package" | "runtime";
  /** Null: none was named. */
  fn: string | null;
  /** With line and column, as far as they were named; null: there is no place. */
  place: string | null;
}

export interface ParsedStack {
  app: Frame[];
  /** Of packages and the runtime. */
  others: Frame[];
}

/** Longer stacks are cut: nobody reads further, and the raw text is still there. */
const MOST_FRAMES = 200;
const MOST_CHARACTERS = 2_000;

/** @param stack as V8, SpiderMonkey or JavaScriptCore write it; lines that are no frames are left out. */
export function parseStack(stack: string): ParsedStack {
  const app: Frame[] = [];
  const others: Frame[] = [];
  for (const line of stack.split("\n")) {
    const frame = readFrame(line.slice(0, MOST_CHARACTERS).trim());
    if (frame === null) continue;
    (frame.kind === "app" ? app : others).push(frame);
    if (app.length + others.length >= MOST_FRAMES) break;
  }
  return { app, others };
}

function readFrame(line: string): Frame | null {
  const parts = v8Frame(line) ?? atFrame(line);
  if (parts === null) return null;
  return { text: line, kind: kindOf(parts.place), ...parts };
}

interface Parts {
  fn: string | null;
  place: string | null;
}

/** `at fn (place)`, `at place`. The place is what the last brackets hold: a path may hold some itself. */
function v8Frame(line: string): Parts | null {
  if (!line.startsWith("at ")) return null;
  const rest = line.slice(3).trim();
  const open = rest.endsWith(")") ? rest.indexOf(" (") : -1;
  if (open > 0) return { fn: rest.slice(0, open), place: rest.slice(open + 2, -1) };
  if (rest.startsWith("async ")) return { fn: "async", place: rest.slice(6) };
  return /:\d+$|^node:|^native$/.test(rest) ? { fn: null, place: rest } : { fn: rest, place: null };
}

/** `fn@place`. */
function atFrame(line: string): Parts | null {
  const at = line.indexOf("@");
  if (at < 0 || !/:\d+$/.test(line) || /\s/.test(line.slice(0, at))) return null;
  return { fn: at === 0 ? null : line.slice(0, at), place: line.slice(at + 1) };
}

function kindOf(place: string | null): Frame["kind"] {
  if (
    place === null ||
    /^node:|^internal\/|^native$|^<anonymous>$|^\[native code\]$|^deno:|^bun:/.test(place)
  )
    return "runtime";
  return /[\\/](?:node_modules|\.pnpm|\.yarn)[\\/]/.test(place) ? "package" : "app";
}

/** The end of a path, which tells more than its start. */
export function shortPlace(place: string): string {
  const path = place.replace(/^file:\/\//, "").replace(/\\/g, "/");
  const inPackage = path.lastIndexOf("/node_modules/");
  if (inPackage >= 0) return path.slice(inPackage + "/node_modules/".length);
  const parts = path.split("/");
  return parts.length > 3 ? parts.slice(-3).join("/") : path;
}
