/** The port, and the server that runs on this data folder or on that port. */
import { createServer } from "node:net";
import { resolve } from "node:path";
import type { Settings } from "@stepwell/server";
import { probe } from "../app-probe.ts";
import { readServerFile, type ServerFile } from "../server-file.ts";
import { readVersion } from "../version.ts";
import { broken, type Check, note, ok, warning } from "./check.ts";

const TIMEOUT_MS = 3_000;

export interface ServerFound {
  checks: Check[];
  /** Where the running server of this data folder answers; null: none runs. */
  url: string | null;
  /** Apps that a server in dev tells. */
  appUrls: string[];
}

export async function checkServer(settings: Settings): Promise<ServerFound> {
  const server = readServerFile(resolve(settings.dir));
  if (server === null || !isAlive(server.pid)) {
    const state =
      server === null
        ? note("server", `no server runs on this data folder; \`npx stepwell ${settings.mode}\` starts one`)
        : note(
            "server",
            `the last server (pid ${server.pid}) ended without a clean stop; the next start goes on where it was`,
          );
    return { checks: [await checkPort(settings), state], url: null, appUrls: [] };
  }
  const { check, isUp } = await checkHealth(server);
  const checks = [ok("port", `${server.port} is the running server's`), check];
  if (!isUp) return { checks: [check], url: null, appUrls: [] };
  const dev = server.mode === "dev" ? await readDev(server.url) : null;
  if (dev !== null && dev.version !== readVersion())
    checks.push(
      warning(
        "server",
        `it is version ${dev.version}, and this command is ${readVersion()}`,
        "Start the server again to have both on the same version.",
      ),
    );
  return { checks, url: server.url, appUrls: dev?.appUrls ?? [] };
}

async function checkHealth(server: ServerFile): Promise<{ check: Check; isUp: boolean }> {
  const where = `the server at ${server.url} (pid ${server.pid}, ${server.mode})`;
  const health = await readHealth(server.url);
  if (health === null)
    return {
      check: broken(
        "server",
        `${where} does not answer`,
        "Look at its log. If it hangs, end it (SIGTERM, then SIGKILL) and start it again: nothing is lost.",
      ),
      isUp: false,
    };
  return {
    check:
      health.status === "ok"
        ? ok("server", `${where} answers and is well`)
        : broken(
            "server",
            `${where} cannot write its store: ${health.store ?? "no reason told"}`,
            "Mend the disk or the folder; it goes on by itself.",
          ),
    isUp: true,
  };
}

async function checkPort({ host, port, mode }: Settings): Promise<Check> {
  if (port === 0) return ok("port", "0: any free one is taken");
  const refusal = await tryPort(host, port);
  if (refusal === null) return ok("port", `${port} on ${host} is free`);
  if (refusal === "EACCES")
    return broken(
      "port",
      `${port} needs the rights of an administrator`,
      "Choose one above 1023 with --port.",
    );
  if (refusal !== "EADDRINUSE")
    return broken("port", `cannot listen on ${host}:${port}: ${refusal}`, "Choose another --host.");
  const who =
    (await readHealth(`http://127.0.0.1:${port}`)) === null ? "another program" : "another Stepwell";
  const says = `${port} on ${host} is in use by ${who}`;
  return mode === "dev"
    ? warning(
        "port",
        `${says}; dev would take the next free one`,
        "Stop it, or point your app to the port that dev names when it starts.",
      )
    : broken("port", says, "Stop it, or choose another port with --port.");
}

/** The code of the refusal; null: the port can be had. */
function tryPort(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(null)));
  });
}

async function readHealth(url: string): Promise<{ status: string; store?: string } | null> {
  const body = await readJson<{ data?: { status?: unknown; store?: string } }>(`${url}/health`);
  const status = body?.data?.status;
  if (typeof status !== "string") return null;
  return { status, ...(body?.data?.store === undefined ? {} : { store: body.data.store }) };
}

interface DevInfo {
  version?: string;
  functions?: { steps?: { step?: { runtime?: { url?: string } } } }[];
}

/** The serve URLs stand in the functions' own, without what names the step. */
async function readDev(url: string): Promise<{ version: string; appUrls: string[] } | null> {
  const info = await readJson<DevInfo>(`${url}/dev`);
  if (info === null) return null;
  const stepUrls = (info.functions ?? []).map((fn) => fn.steps?.step?.runtime?.url ?? "");
  const appUrls = stepUrls
    .filter((text) => URL.canParse(text))
    .map((text) => {
      const app = new URL(text);
      for (const name of ["fnId", "stepId"]) app.searchParams.delete(name);
      return app.href;
    });
  return { version: info.version ?? "unknown", appUrls: [...new Set(appUrls)] };
}

async function readJson<T>(url: string): Promise<T | null> {
  const answer = await probe(url, { timeoutMs: TIMEOUT_MS });
  if ("failure" in answer || answer.status !== 200) return null;
  try {
    return JSON.parse(answer.body) as T;
  } catch {
    return null;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Another user's process is alive, too.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
