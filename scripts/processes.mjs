/**
 * What start.mjs and pack-check.mjs share: the right Node, free ports, progress lines, and child
 * processes that never outlive us. Plain JavaScript for Node >= 18, no dependencies.
 */
import { execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { connect, createServer } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const began = Date.now();
const colours = process.stdout.isTTY === true && !process.env.NO_COLOR;
const paint = (code) => (text) => (colours ? `\u001b[${code}m${text}\u001b[0m` : text);
export const bold = paint(1);
export const dim = paint(2);
export const red = paint(31);
export const green = paint(32);

/** One line of progress, with the seconds since we began. */
export function say(text) {
  const seconds = ((Date.now() - began) / 1000).toFixed(1).padStart(6);
  process.stdout.write(`${dim(`${seconds} s`)}  ${text}\n`);
}

export const secondsSince = (at) => `${((Date.now() - at) / 1000).toFixed(1)} s`;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function isNewEnough(version) {
  const [major, minor] = version.replace(/^v/, "").split(".").map(Number);
  return major > 24 || (major === 24 && minor >= 15);
}

/** A Node >= 24.15: the one that `npm ci` put into node_modules, else the one that runs this. */
export function newNode(folder = root) {
  const installed = join(folder, "node_modules", ".bin", "node");
  for (const candidate of [installed, process.execPath]) {
    if (!existsSync(candidate)) continue;
    try {
      const version = execFileSync(candidate, ["--version"], { encoding: "utf8" }).trim();
      if (isNewEnough(version)) return candidate;
    } catch {
      // Not for this machine: try the next one.
    }
  }
  throw new Error(
    `Node 24.15 or newer is needed and ${process.version} runs this. On Linux \`npm ci\` brings it along; elsewhere install it from https://nodejs.org.`,
  );
}

function answers(host, port) {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 500 });
    const end = (result) => {
      socket.destroy();
      resolve(result);
    };
    socket.once("connect", () => end(true));
    socket.once("error", () => end(false));
    socket.once("timeout", () => end(false));
  });
}

function canListen(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ host: "127.0.0.1", port }, () => server.close(() => resolve(true)));
  });
}

/** The first port from `first` on that nobody listens at, on IPv4 or IPv6. */
export async function freePort(first) {
  for (let port = first; port < Math.min(first + 200, 65_536); port += 1) {
    if ((await answers("127.0.0.1", port)) || (await answers("::1", port))) continue;
    if (await canListen(port)) return port;
  }
  throw new Error(`No free port from ${first} on.`);
}

// Whoever read our output may be gone before us; that is no reason to leave children behind.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});

const children = new Set();

/**
 * Starts a process in a group of its own, so that Ctrl-C reaches it only through us and a stop
 * reaches all of its children. Every line of its output goes to `onLine`.
 */
export function start(command, args, { onLine = () => {}, ...options }) {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], detached: true, ...options });
  const ended = new Promise((resolve) => {
    child.once("error", (error) => resolve({ code: 1, signal: null, error }));
    child.once("close", (code, signal) => resolve({ code, signal }));
  });
  const entry = { child, ended, isUp: true };
  children.add(entry);
  void ended.then(() => {
    entry.isUp = false;
    children.delete(entry);
  });
  for (const stream of [child.stdout, child.stderr]) {
    let rest = "";
    stream?.setEncoding("utf8").on("data", (text) => {
      const lines = (rest + text).split(/\r?\n/);
      rest = lines.pop() ?? "";
      for (const line of lines) onLine(line);
    });
    stream?.on("end", () => rest && onLine(rest));
  }
  return entry;
}

function signal(entry, name) {
  try {
    process.kill(-entry.child.pid, name);
  } catch {
    // Already gone.
  }
}

/** Asks it to end, and after `graceMs` makes it end. */
export async function stop(entry, graceMs = 10_000) {
  if (!entry.isUp) return;
  signal(entry, "SIGTERM");
  const late = setTimeout(() => signal(entry, "SIGKILL"), graceMs);
  await entry.ended;
  clearTimeout(late);
}

/** The last resort: everything we started ends now. */
export function killAll() {
  for (const entry of children) signal(entry, "SIGKILL");
}

/** How a process ended, for people. */
export const howEnded = ({ code, signal: by, error }) =>
  error ? error.message : by ? `killed by ${by}` : `exit code ${code}`;

/** Runs to the end; rejects with the last lines of its output when it fails. */
export async function run(command, args, { onLine, ...options } = {}) {
  const lines = [];
  const entry = start(command, args, {
    ...options,
    onLine(line) {
      lines.push(line);
      onLine?.(line);
    },
  });
  const end = await entry.ended;
  if (end.code !== 0)
    throw new Error(`${command} ${args.join(" ")}: ${howEnded(end)}\n${lines.slice(-30).join("\n")}`);
  return lines.join("\n");
}

/** Asks again until `look` gives something; says what it waited for when that takes too long. */
export async function until(what, timeoutMs, look) {
  const end = Date.now() + timeoutMs;
  let last = "";
  while (Date.now() < end) {
    try {
      const found = await look();
      if (found) return found;
    } catch (error) {
      last = error instanceof Error ? ` (${error.cause?.message ?? error.message})` : "";
    }
    await pause(100);
  }
  throw new Error(`Waited ${timeoutMs / 1000} s for ${what}${last}.`);
}

/** A fetch that gives up. */
export const ask = (url, init = {}) => fetch(url, { signal: AbortSignal.timeout(5000), ...init });
