/** What the routes share: the engine behind them and what the operator said. */
import type { Engine, LogEntry } from "@stepwell/engine";
import type { OidcOptions } from "./dashboard/access/oidc-options.ts";
import type { Setup } from "./dashboard/access/setup.ts";

export interface ServerOptions {
  engine: Engine;
  /** `dev`: no keys, `/dev` is served. `start`: keys are checked. */
  mode: "dev" | "start";
  /** Keys that `POST /e/{key}` takes; in dev any key is taken. */
  eventKeys: readonly string[];
  /** Signing keys, raw; each is accepted raw or hashed as bearer. */
  signingKeys: readonly string[];
  /** Hosts beside loopback that this server answers to, as names or `name:port`. */
  allowedHosts: readonly string[];
  /** Bodies over this are refused with 413. */
  maxBodyBytes: number;
  version: string;
  /** Shown by `GET /dev`; must hold no secrets. */
  startOptions: Record<string, unknown>;
  log: (entry: LogEntry) => void;
  /** Aborted when the server stops: open streams end, so that nothing waits for them. */
  stopping?: AbortSignal;
  /** False: the dashboard's API is not served. Default true. */
  dashboard?: boolean;
  /** A proxy stands before the server: `X-Forwarded-For` and `X-Forwarded-Proto` are believed. Default false. */
  trustProxy?: boolean;
  /** The set-up link's token; absent: nobody can set up here. */
  setup?: Setup;
  /** Where people sign in beside by password; absent: nowhere. */
  oidc?: OidcOptions;
  /** What the store is, for the page of the server's state. Default `memory`. */
  storeKind?: "sqlite" | "postgres" | "memory";
  /** Most calls to apps in flight, for the same page. Default 100. */
  queueWorkers?: number;
  /** Pages of the dashboard: asked for each GET that nothing else answers, before 404. */
  pages?: (request: Request, path: string) => Promise<Response | null>;
}
