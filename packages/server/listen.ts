/** Puts the server on a port: limits for slow senders, the next free port in dev, a close that ends. */
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import type { StepwellServer } from "./create-server.ts";

export interface ListenOptions {
  host: string;
  /** 0: any free one. */
  port: number;
  /** A busy port is passed over for the next free one (dev, M-4). */
  tryNext: boolean;
}

export interface Listening {
  /** What a client on this machine can use. */
  url: string;
  port: number;
  /** Takes no more connections, waits up to `graceMs` for answers under way, cuts the rest. */
  close(graceMs?: number): Promise<void>;
}

/** The port cannot be had; the message says what to do. */
export class ListenError extends Error {
  readonly code: "port_in_use" | "address_invalid";
  constructor(code: ListenError["code"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "ListenError";
    this.code = code;
  }
}

const PORTS_TRIED = 50;

/** @throws ListenError */
export async function listen(server: StepwellServer, options: ListenOptions): Promise<Listening> {
  const http = createAdaptorServer({
    fetch: (request, { incoming }) => server(request, { address: incoming.socket?.remoteAddress ?? null }),
    serverOptions: {
      // A sender has 30 s for its headers and 5 minutes for all of a body of up to 64 MiB.
      headersTimeout: 30_000,
      requestTimeout: 300_000,
      keepAliveTimeout: 15_000,
    },
  }) as Server;
  const last =
    options.tryNext && options.port !== 0 ? Math.min(options.port + PORTS_TRIED, 65_535) : options.port;
  for (let port = options.port; ; port += 1) {
    try {
      await bind(http, options.host, port);
      break;
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === "EADDRINUSE" && port < last) continue;
      throw refusal(error, code, options);
    }
  }
  const { port } = http.address() as AddressInfo;
  return {
    url: `http://${reachable(options.host)}:${port}`,
    port,
    close: (graceMs = 2_000) =>
      new Promise((resolve) => {
        const cut = setTimeout(() => http.closeAllConnections(), graceMs);
        http.close(() => {
          clearTimeout(cut);
          resolve();
        });
        http.closeIdleConnections();
      }),
  };
}

function bind(http: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    http.once("error", reject);
    http.listen({ host, port, exclusive: true }, () => {
      http.off("error", reject);
      resolve();
    });
  });
}

function refusal(error: unknown, code: string | undefined, { host, port }: ListenOptions): ListenError {
  const options = { cause: error };
  if (code === "EADDRINUSE")
    return new ListenError(
      "port_in_use",
      `Port ${port} on ${host} is in use. Stop what uses it, or choose another with --port.`,
      options,
    );
  const why = error instanceof Error ? error.message : String(error);
  return new ListenError("address_invalid", `Cannot listen on ${host}:${port}: ${why}.`, options);
}

/** A wildcard address is no address to call. */
function reachable(host: string): string {
  if (host === "0.0.0.0" || host === "") return "127.0.0.1";
  if (host === "::") return "[::1]";
  return host.includes(":") ? `[${host}]` : host;
}
