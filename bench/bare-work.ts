/** What throughput.ts and bare-process.ts say to each other. */
import type { EventKind } from "./events.ts";

/** The default of --queue-workers, and so of the bare loop. */
export const IN_FLIGHT = 100;

export interface Workload {
  kind: EventKind;
  count: number;
}
export interface BareResult {
  seconds: number;
  calls: number;
  loopCpuMs: number;
}
