/** How a run that was invoked finds the steps that wait for it, and who hears of events the server makes. */
import type { FunctionId, RunId, StepHash } from "../model/ids.ts";
import type { Json, JsonObject } from "../model/json.ts";
import type { About } from "./effects.ts";

export const INVOKED: string = "inngest/function.invoked";

/** Does anything hear an event of this name: a function's trigger or a wait? */
export function hears(about: About, name: string): boolean {
  return about.listened(name) || about.awaited.has(name);
}

/** A step that waits for a run it has invoked. */
export interface Parent {
  parent: RunId;
  step: StepHash;
}

/**
 * The steps that wait for the end of a run, by the correlation ids of its trigger events (semantics §1.1).
 * Only the function that was invoked answers, not others that listen to the event.
 */
export function parentsOf(functionId: FunctionId, events: readonly Json[]): Parent[] {
  return events.flatMap((event) => {
    const routing = routingOf(event);
    if (routing === null || routing.fn_id !== functionId) return [];
    const { correlation_id: id } = routing;
    const [parent, step] = typeof id === "string" ? id.split(".") : [];
    return parent !== undefined && parent !== "" && step !== undefined ? [{ parent, step }] : [];
  });
}

function routingOf(event: Json): JsonObject | null {
  const { name, data } = (event ?? {}) as JsonObject;
  const routing = name === INVOKED ? (data as JsonObject | undefined)?._inngest : undefined;
  return (routing as JsonObject | undefined) ?? null;
}
