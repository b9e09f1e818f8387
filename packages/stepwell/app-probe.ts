/**
 * Looks at an address without touching anything: is an Inngest SDK app there, and how does it see itself
 * (wire.md §3.4)? One small request on its own connection, which is closed at once.
 */
import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { request as httpsRequest } from "node:https";
import { header, isAppAnswer, parseJson } from "@stepwell/protocol";

export interface ProbeOptions {
  method?: "GET" | "POST";
  headers?: Record<string, string>;
  body?: string;
  timeoutMs: number;
  signal?: AbortSignal;
}

export interface Answer {
  status: number;
  headers: Record<string, string | undefined>;
  body: string;
}
/** `closed`: nobody listens. `slow`: no complete answer in time. `broken`: something that is no HTTP. */
export type NoAnswer = { failure: "closed" | "slow" | "broken"; message: string };

/** What is at an address. */
export type Seen =
  | { is: "app"; mode: string | null; functions: number | null; inspection: Record<string, unknown> }
  /** An SDK that refused to be asked: it runs in cloud mode, and wants a signature (401) or lacks its own key (500). */
  | { is: "locked"; status: number }
  | { is: "other"; status: number };

const MAX_BYTES = 64 * 1024;

/** One request, redirects not followed. Never throws. */
export function probe(url: string, options: ProbeOptions): Promise<Answer | NoAnswer> {
  const { method = "GET", headers = {}, body, timeoutMs } = options;
  const send = url.startsWith("https:") ? httpsRequest : httpRequest;
  const signal = AbortSignal.any([
    AbortSignal.timeout(timeoutMs),
    ...(options.signal === undefined ? [] : [options.signal]),
  ]);
  return new Promise((resolve) => {
    const fail = (error: NodeJS.ErrnoException): void => resolve(noAnswer(error, signal, timeoutMs));
    // `agent: false`: no pool, so the connection goes with the answer.
    const request = send(url, { method, headers, agent: false, signal }, (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on("error", fail);
      response.on("data", (chunk: Buffer) => {
        chunks.push(chunk);
        size += chunk.length;
        if (size > MAX_BYTES) request.destroy(new Error(`the answer is larger than ${MAX_BYTES} bytes`));
      });
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: flat(response.headers),
          body: Buffer.concat(chunks).toString("utf8"),
        }),
      );
    });
    request.on("error", fail);
    request.end(body);
  });
}

function noAnswer(error: NodeJS.ErrnoException, signal: AbortSignal, timeoutMs: number): NoAnswer {
  if (signal.aborted) return { failure: "slow", message: `no answer within ${timeoutMs} ms` };
  // `localhost` is two addresses, and their errors come as one without a text.
  const code = error.code ?? "";
  const closed = ["ECONNREFUSED", "ENOTFOUND", "EHOSTUNREACH", "ENETUNREACH", "EADDRNOTAVAIL"];
  return { failure: closed.includes(code) ? "closed" : "broken", message: code || error.message };
}

function flat(headers: IncomingHttpHeaders): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : value]),
  );
}

/** The header that tells an app which kind of server asks. */
export function kindHeader(mode: "dev" | "start"): Record<string, string> {
  return { [header.serverKind]: mode === "dev" ? "dev" : "cloud" };
}

/** Reads the answer to a GET of a serve URL. */
export function readSeen({ status, headers, body }: Answer): Seen {
  if (!isAppAnswer(headers)) return { is: "other", status };
  if (status === 401 || status === 403 || status === 500) return { is: "locked", status };
  const inspection = asObject(body);
  const isInspection =
    inspection !== null && ("function_count" in inspection || "schema_version" in inspection);
  if (status !== 200 || !isInspection) return { is: "other", status };
  const { mode, function_count: functions } = inspection;
  return {
    is: "app",
    mode: typeof mode === "string" ? mode : null,
    functions: typeof functions === "number" ? functions : null,
    inspection,
  };
}

function asObject(text: string): Record<string, unknown> | null {
  try {
    const value = parseJson(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}
