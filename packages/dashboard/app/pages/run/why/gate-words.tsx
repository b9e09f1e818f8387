/** Names and icons of what a run can wait for. Gates of a newer server are shown by their own name. */
import type { RunWhy } from "@stepwell/api/dashboard";
import {
  CirclePause,
  CornerDownRight,
  Gauge,
  Hourglass,
  Layers,
  ListOrdered,
  type LucideIcon,
  Moon,
  Play,
  RadioTower,
  RotateCcw,
  Server,
  Timer,
  Unplug,
} from "lucide-react";

export type Reason = RunWhy[number];

const gates: Readonly<Record<string, { name: string; icon: LucideIcon }>> = {
  pause: { name: "Paused", icon: CirclePause },
  concurrency: { name: "Concurrency", icon: Layers },
  throttle: { name: "Throttle", icon: Gauge },
  queue: { name: "In line", icon: ListOrdered },
  start: { name: "Start time", icon: Timer },
  retry: { name: "Retry", icon: RotateCcw },
  request: { name: "Request", icon: Server },
  event: { name: "Event", icon: Hourglass },
  signal: { name: "Signal", icon: RadioTower },
  invoke: { name: "Invoked run", icon: CornerDownRight },
  sleep: { name: "Sleep", icon: Moon },
  app: { name: "App", icon: Unplug },
};

export function gateOf(gate: string): { name: string; icon: LucideIcon } {
  return (Object.hasOwn(gates, gate) ? gates[gate] : undefined) ?? { name: gate, icon: Play };
}

/** `acme` in `event.data.account = "acme"`; null: one counter for all. */
export function keyWords({ limit }: Reason): string | null {
  if (limit === undefined || limit.key === null) return null;
  return limit.key_expression === null ? limit.key : `${limit.key_expression} = ${JSON.stringify(limit.key)}`;
}
