/** The real command line as a child process: started on a free port, watched, and killed by its own pid. */
import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

const bin = join(import.meta.dirname, "../../packages/stepwell/bin/stepwell.mjs");

export interface Child {
  pid: number;
  stdout: string;
  stderr: string;
  /** Set once it has exited. */
  exit: { code: number | null; signal: NodeJS.Signals | null; at: number } | null;
  exited: Promise<{ code: number | null; signal: NodeJS.Signals | null; at: number }>;
  kill(signal: NodeJS.Signals): void;
}

const children = new Set<Child>();

/** Starts a Node script; of the caller's environment only what a process needs is passed on. */
export function spawnNode(args: string[], env: Record<string, string> = {}, cwd?: string): Child {
  const { PATH = "", HOME = "" } = process.env;
  const raw: ChildProcess = spawn(process.execPath, args, {
    // Apps that happen to run on this machine are none of a test's business.
    env: { PATH, HOME, STEPWELL_NO_DISCOVERY: "1", ...env },
    stdio: ["ignore", "pipe", "pipe"],
    ...(cwd === undefined ? {} : { cwd }),
  });
  const child: Child = {
    pid: raw.pid ?? 0,
    stdout: "",
    stderr: "",
    exit: null,
    exited: new Promise((resolve) => {
      raw.on("exit", (code, signal) => {
        child.exit = { code, signal, at: Date.now() };
        children.delete(child);
        resolve(child.exit);
      });
    }),
    kill(signal) {
      if (child.exit === null) raw.kill(signal);
    },
  };
  raw.stdout?.setEncoding("utf8").on("data", (text: string) => {
    child.stdout += text;
  });
  raw.stderr?.setEncoding("utf8").on("data", (text: string) => {
    child.stderr += text;
  });
  children.add(child);
  return child;
}

/** `stepwell <args>`, in a folder of its own so that no `.stepwell/` of the clone is touched. */
export function stepwell(args: string[], options: { env?: Record<string, string>; cwd: string }): Child {
  return spawnNode([bin, ...args], options.env, options.cwd);
}

/** Kills what a test has left running; each by its own pid. */
export async function killAll(): Promise<void> {
  const left = [...children];
  for (const child of left) child.kill("SIGKILL");
  await Promise.all(left.map((child) => child.exited));
}

/** Resolves once `url` answers 200; fails with the child's words when it exits instead. The limit only finds what hangs. */
export async function ready(child: Child, url: string, ms = 60_000): Promise<void> {
  const end = Date.now() + ms;
  for (;;) {
    const ok = await fetch(url).then(
      (response) => response.arrayBuffer().then(() => response.ok),
      () => false,
    );
    if (ok) return;
    if (child.exit !== null)
      throw new Error(`exited with ${JSON.stringify(child.exit)} before ${url} answered:\n${wordsOf(child)}`);
    if (Date.now() > end) throw new Error(`no answer from ${url} within ${ms} ms:\n${wordsOf(child)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** How the child ended, and all that it said. */
export async function ended(child: Child, ms = 60_000): Promise<{ code: number | null; said: string }> {
  const timer = setTimeout(() => child.kill("SIGKILL"), ms);
  const { code, signal } = await child.exited;
  clearTimeout(timer);
  if (signal === "SIGKILL") throw new Error(`did not end by itself within ${ms} ms:\n${wordsOf(child)}`);
  return { code, said: wordsOf(child) };
}

export function wordsOf(child: Child): string {
  return `${child.stdout}\n${child.stderr}`;
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = await occupyPort();
  await server.close();
  return server.port;
}

/** Holds a port of the loopback address (a free one unless told) until closed. */
export async function occupyPort(port = 0): Promise<{ port: number; close(): Promise<void> }> {
  const server = createServer((_, response) => response.writeHead(418).end("taken"));
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
