import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readServerFile } from "../server-file.ts";

const BIN = join(import.meta.dirname, "..", "bin", "stepwell.mjs");
const KEYS = ["--event-key", "test-key", "--signing-key", "signkey-test-0123456789abcdef"];
const OLD = ["/usr/bin/node", "/usr/local/bin/node"].find(
  (node) =>
    existsSync(node) && /^v(1\d|2[0-3])\./.test(execFileSync(node, ["--version"], { encoding: "utf8" })),
);
const TIMEOUT_MS = 30_000;

interface Started {
  child: ChildProcess;
  lines: Record<string, unknown>[];
  text: () => string;
  line(event: string): Promise<Record<string, unknown>>;
  ended: Promise<number | null>;
}

let dir: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "stepwell-serve-"));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  rmSync(dir, { recursive: true, force: true });
});

function start(args: string[], node = process.execPath, env: Record<string, string> = {}): Started {
  const child = spawn(node, [BIN, ...args], {
    cwd: dir,
    // What else runs on this machine is none of these tests' business.
    env: { ...process.env, STEPWELL_NO_DISCOVERY: "1", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.push(child);
  const lines: Record<string, unknown>[] = [];
  const listeners = new Set<() => void>();
  let text = "";
  let rest = "";
  child.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
    const parts = (rest + chunk).split("\n");
    rest = parts.pop() ?? "";
    for (const part of parts) if (part.startsWith("{")) lines.push(JSON.parse(part));
    for (const listener of listeners) listener();
  });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  return {
    child,
    lines,
    text: () => text,
    ended,
    line: (event) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = lines.find((line) => line.event === event);
          if (found !== undefined) resolve(found);
        };
        listeners.add(look);
        void ended.then((code) => reject(new Error(`ended with ${code} before ${event}:\n${text}`)));
        look();
      }),
  };
}

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

async function gone(pid: number): Promise<void> {
  const end = performance.now() + 5_000;
  while (alive(pid)) {
    if (performance.now() > end) throw new Error(`process ${pid} lives on`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe("dev", { timeout: TIMEOUT_MS }, () => {
  it("says where it is, refuses a second server on its data, and stops cleanly", async () => {
    const first = start(["dev", "--port", "0"]);
    const ready = await first.line("server.ready");
    expect(ready).toMatchObject({ level: "info", mode: "dev", pid: first.child.pid });
    expect(await (await fetch(`${ready.url}/health`)).json()).toMatchObject({ data: { status: "ok" } });
    const data = join(dir, ".stepwell");
    expect(readServerFile(data)).toMatchObject({ url: ready.url, pid: first.child.pid, mode: "dev" });
    const second = start(["dev", "--port", "0"]);
    expect(await second.ended).toBe(5);
    expect(second.text()).toContain(`${first.child.pid}`);
    expect(second.text()).toContain(`${ready.port}`);
    expect(readServerFile(data)).toMatchObject({ pid: first.child.pid });
    first.child.kill("SIGTERM");
    expect(await first.ended).toBe(0);
    expect(readServerFile(data)).toBeNull();
  });

  it("takes the next port when the usual one is busy, and says so", async () => {
    const busy = createServer();
    await new Promise<void>((resolve) => busy.listen(0, "127.0.0.1", resolve));
    const { port } = busy.address() as AddressInfo;
    const server = start(["dev", "--in-memory"], process.execPath, { INNGEST_PORT: String(port) });
    const ready = await server.line("server.ready");
    expect(ready.port).toBeGreaterThan(port);
    expect(server.lines.map((line) => line.event)).toContain("server.port_changed");
    busy.close();
  });
});

describe("start", { timeout: TIMEOUT_MS }, () => {
  it("refuses without keys, saying what, why and how", async () => {
    const server = start(["start"], process.execPath, { INNGEST_EVENT_KEY: "", INNGEST_SIGNING_KEY: "" });
    expect(await server.ended).toBe(78);
    expect(server.text()).toMatch(
      /stepwell start cannot start:\n {2}--event-key: .*\n {2}--signing-key: .*openssl/,
    );
  });

  it("refuses a signing key that is odd or no hex, without showing it", async () => {
    const server = start(["start", "--event-key", "k", "--signing-key", "signkey-test-12345"]);
    expect(await server.ended).toBe(78);
    expect(server.text()).toContain("odd number");
    expect(server.text()).not.toContain("12345");
  });

  it("does not pass over a busy port", async () => {
    const busy = createServer();
    await new Promise<void>((resolve) => busy.listen(0, "127.0.0.1", resolve));
    const { port } = busy.address() as AddressInfo;
    const server = start(["start", ...KEYS, "--port", String(port)]);
    expect(await server.ended).toBe(5);
    expect(server.text()).toContain(`Port ${port} on 127.0.0.1 is in use`);
    busy.close();
  });
});

describe.skipIf(OLD === undefined)("under an older Node", { timeout: TIMEOUT_MS }, () => {
  it("stops with its parent, also when that is killed without a word", async () => {
    const first = start(["dev", "--port", "0"], OLD);
    const { pid } = await first.line("server.ready");
    expect(pid).not.toBe(first.child.pid);
    first.child.kill("SIGKILL");
    await gone(pid as number);
    const second = start(["dev", "--port", "0"], OLD);
    await second.line("server.ready");
    second.child.kill("SIGTERM");
    expect(await second.ended).toBe(0);
  });
});
