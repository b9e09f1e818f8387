/** What the routes share: the engine behind them and what the operator said. */
import type { Engine, LogEntry } from "@stepwell/engine";

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
}
