/** A real SDK app on a loopback port that writes down every request it gets and every answer it gives. */
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { type Inngest, type InngestFunction, serve } from "./sdk.ts";

export interface AppRequest {
  at: number;
  method: string;
  url: string;
  headers: Record<string, string>;
  body: string;
  status?: number;
  answer?: string;
}

export interface TestApp {
  url: string;
  port: number;
  requests: AppRequest[];
  /** The POSTs of one function, by slug. */
  calls(slug?: string): AppRequest[];
  /** Replaces the functions (a deploy). */
  deploy(functions: InngestFunction.Any[]): void;
  /** Answers before the SDK does; return false to let the SDK answer. */
  intercept:
    | ((
        request: AppRequest,
        reply: (status: number, body: string, headers?: Record<string, string>) => void,
        raw: { destroy(): void },
      ) => boolean)
    | null;
  close(): Promise<void>;
}

export async function startApp(
  client: Inngest.Any,
  functions: InngestFunction.Any[],
  port = 0,
): Promise<TestApp> {
  let handler = serve(client, functions);
  const requests: AppRequest[] = [];
  const app: TestApp = {
    url: "",
    port: 0,
    requests,
    calls: (slug) =>
      requests.filter(
        (r) =>
          r.method === "POST" && (slug === undefined || r.url.includes(`fnId=${encodeURIComponent(slug)}&`)),
      ),
    deploy(next) {
      handler = serve(client, next);
    },
    intercept: null,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  const server: Server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on("data", (chunk: Buffer) => chunks.push(chunk));
    req.on("end", () => {
      const body = Buffer.concat(chunks).toString("utf8");
      const entry: AppRequest = {
        at: Date.now(),
        method: req.method ?? "",
        url: req.url ?? "",
        headers: req.headers as Record<string, string>,
        body,
      };
      requests.push(entry);
      const reply = (status: number, text: string, headers: Record<string, string> = {}): void => {
        entry.status = status;
        entry.answer = text;
        res.writeHead(status, headers).end(text);
      };
      if (app.intercept?.(entry, reply, req.socket)) return;
      const end = res.end.bind(res);
      res.end = ((chunk?: unknown, ...rest: unknown[]) => {
        entry.status = res.statusCode;
        if (typeof chunk === "string" || chunk instanceof Uint8Array)
          entry.answer = Buffer.from(chunk as string).toString("utf8");
        return (end as (...args: unknown[]) => typeof res)(chunk, ...rest);
      }) as typeof res.end;
      // The body has been read above: the SDK gets a request that can be read once more.
      const { headers, method, url, socket } = req;
      const again = Object.assign(Readable.from(chunks), { headers, method, url, socket });
      handler(again as unknown as IncomingMessage, res);
    });
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  app.port = (server.address() as AddressInfo).port;
  app.url = `http://127.0.0.1:${app.port}/api/inngest`;
  return app;
}
