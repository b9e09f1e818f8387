/** The events of the benches as functions of a number, so that every process knows them all. */
import { createHash } from "node:crypto";

export type EventKind =
  | "no-op"
  | "three-steps"
  | "three-steps-plain"
  | "sleep"
  | "wait-id"
  | "wait-two"
  | "wait-any"
  /** What ends the wait of a run that `wait-id` or `wait-two` started. */
  | "answer-id"
  | "answer-two";

export interface SentEvent {
  name: string;
  data: { n: number; [key: string]: string | number };
}

/** @param until of a sleep: when it ends, in epoch milliseconds */
export function eventOf(kind: EventKind, n: number, until = 0): SentEvent {
  if (kind === "sleep") return { name: "bench/sleep", data: { n, until } };
  if (kind === "answer-id") return { name: "bench/answer", data: { n, id: idOf(n), amount: n } };
  if (kind === "answer-two") return { name: "bench/answer", data: { n, ...tenantOf(n), amount: n } };
  if (kind === "wait-id") return { name: "bench/wait-id", data: { n, id: idOf(n) } };
  if (kind === "wait-two") return { name: "bench/wait-two", data: { n, ...tenantOf(n) } };
  return { name: `bench/${kind}`, data: { n } };
}

/** Like an order number: no order in them, so that the index of the waits is filled all over. */
function idOf(n: number): string {
  return createHash("sha1").update(`order ${n}`).digest("hex").slice(0, 24);
}

/** Ten plans for each tenant: ten waits share the tenant, and one of them has the plan. */
function tenantOf(n: number): { tenant: string; plan: string } {
  const tenant = createHash("sha1")
    .update(`tenant ${Math.floor(n / 10)}`)
    .digest("hex")
    .slice(0, 16);
  return { tenant, plan: `plan-${n % 10}` };
}
