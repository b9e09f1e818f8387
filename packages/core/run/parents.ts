/** How a run that was invoked finds the steps that wait for it, and who hears of events the server makes. */
import type { RunId, StepHash } from "../model/ids.ts";
import type { Json, JsonObject } from "../model/json.ts";
import type { About } from "./effects.ts";

export const INVOKED: string = "inngest/function.invoked";

/** Does anything hear an event of this name: a function's trigger or a wait? */
export function hears(about: About, name: string): boolean {
  return about.listened(name) || about.awaited.has(name);
}

/** The steps that wait for the end of a run, by the correlation ids of its trigger events (semantics §1.1). */
export function parentsOf(events: readonly Json[]): { parent: RunId; step: StepHash }[] {
  return events.flatMap((event) => {
    if ((event as JsonObject | null)?.name !== INVOKED) return [];
    const [parent, step] = correlationOf(event).split(".");
    return parent !== undefined && parent !== "" && step !== undefined ? [{ parent, step }] : [];
  });
}

function correlationOf(event: Json): string {
  const data = (event as JsonObject | null)?.data as JsonObject | undefined;
  const routing = data?._inngest as JsonObject | undefined;
  return typeof routing?.correlation_id === "string" ? routing.correlation_id : "";
}
