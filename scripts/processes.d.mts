/** What TypeScript needs to know of processes.mjs: of it, what the browser tests use. */
import type { ChildProcess, SpawnOptions } from "node:child_process";

export type Ending = { code: number | null; signal: NodeJS.Signals | null; error?: Error };
export type Entry = { child: ChildProcess; ended: Promise<Ending>; isUp: boolean };
type Options = Omit<SpawnOptions, "stdio" | "detached"> & { onLine?: (line: string) => void };

export const root: string;
export function newNode(folder?: string): string;
export function freePort(first: number): Promise<number>;
export function start(command: string, args: string[], options?: Options): Entry;
export function stop(entry: Entry, graceMs?: number): Promise<void>;
export function killAll(): void;
export function howEnded(ending: Ending): string;
export function until<T>(
  what: string,
  timeoutMs: number,
  look: () => T | Promise<T>,
): Promise<Exclude<Awaited<T>, undefined | null | false | 0 | "">>;
export function ask(url: string, init?: RequestInit): Promise<Response>;
