/**
 * Child processes of a bench: started, watched in /proc, and gone with it. Each is killed by its own id.
 * What they say goes to a file, as a service manager would do it, so that reading it costs no time here.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { openSync, readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { get } from "./http.ts";

export interface Child {
  pid: number;
  /** File with all that it said. */
  said: string;
  exited: Promise<number | null>;
  /** SIGTERM, and after 30 s SIGKILL. */
  stop(): Promise<void>;
}

const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** Starts a Node script; its output goes to `said`. */
export function startNode(args: string[], env: Record<string, string>, said: string): Child {
  const { PATH = "", HOME = "" } = process.env;
  const out = openSync(said, "a");
  const raw = spawn(process.execPath, args, { env: { PATH, HOME, ...env }, stdio: ["ignore", out, out] });
  running.add(raw);
  const exited = new Promise<number | null>((resolve) => {
    raw.on("exit", (code) => {
      running.delete(raw);
      resolve(code);
    });
  });
  return {
    pid: raw.pid ?? 0,
    said,
    exited,
    async stop() {
      if (!running.has(raw)) return;
      raw.kill("SIGTERM");
      const late = setTimeout(() => raw.kill("SIGKILL"), 30_000);
      await exited;
      clearTimeout(late);
    },
  };
}

/** Runs a script of this folder to its end, with the sources of the packages; returns what it printed. */
export async function runScript(script: string, args: string[], said: string): Promise<string> {
  const child = startNode([...fromSource, script, ...args], {}, said);
  const code = await child.exited;
  const text = readFileSync(said, "utf8");
  if (code !== 0) throw new Error(`${script} ended with ${code}:\n${text}`);
  return text;
}

/** Runs a script as `runScript` does, says each of its lines while it goes on, and returns the last one. */
export async function runTelling(
  script: string,
  args: string[],
  said: string,
  say: (text: string) => void,
): Promise<string> {
  const child = startNode([...fromSource, script, ...args], {}, said);
  let code: number | null | undefined;
  void child.exited.then((one) => {
    code = one;
  });
  for (let told = 0; code === undefined; await pause(500)) {
    const lines = readFileSync(said, "utf8").split("\n").slice(0, -1);
    for (const line of lines.slice(told)) say(line);
    told = lines.length;
  }
  const text = readFileSync(said, "utf8");
  if (code !== 0) throw new Error(`${script} ended with ${code}:\n${text.slice(-2000)}`);
  return text.slice(text.lastIndexOf("\n") + 1);
}

/** How a script runs that imports packages of this clone. */
export const fromSource: readonly string[] = ["--conditions=stepwell-source"];

/** Resolves once `url` answers 200. */
export async function answers(child: Child, url: string, ms = 120_000): Promise<void> {
  let gone = false;
  void child.exited.then(() => {
    gone = true;
  });
  const end = Date.now() + ms;
  for (;;) {
    const status = await get(url).then(
      (response) => response.status,
      () => 0,
    );
    if (status === 200) return;
    if (gone || Date.now() > end)
      throw new Error(`no answer from ${url}:\n${readFileSync(child.said, "utf8").slice(-2000)}`);
    await pause(5);
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Asks each few milliseconds until the fact is there. */
export async function until(
  what: string,
  ms: number,
  look: () => boolean | Promise<boolean>,
  everyMs = 10,
): Promise<void> {
  const end = Date.now() + ms;
  while (!(await look())) {
    if (Date.now() > end) throw new Error(`waited ${ms} ms in vain: ${what}`);
    await pause(everyMs);
  }
}

/** CPU that a process has used so far (utime + stime of /proc, ticks of 10 ms), in milliseconds. */
export function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/**
 * The same from the scheduler's own account of each thread, in milliseconds and without ticks.
 * A thread that has ended meanwhile is not in it.
 */
export function exactCpuMs(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`);
  const used = threads.map((thread) => readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8"));
  return used.reduce((sum, text) => sum + Number(text.split(" ")[0]) / 1e6, 0);
}

/** Resident memory of a process in MiB: now, and at its highest. */
export function memoryMb(pid: number): { now: number; peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const kb = (field: string): number =>
    Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1] ?? Number.NaN);
  return { now: kb("VmRSS") / 1024, peak: kb("VmHWM") / 1024 };
}

/** A port of the loopback address that was free a moment ago. */
export function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
