/**
 * The end of a run and the events that tell of it (semantics §1.6).
 * Runs started by a lifecycle event publish none: that is the loop guard.
 */
import type { NewEvent } from "../model/event.ts";
import type { EventId } from "../model/ids.ts";
import type { Json, JsonObject } from "../model/json.ts";
import type { Moment } from "../model/moment.ts";
import type { EndStatus, ErrorJson } from "../model/run.ts";
import type { About, Draft, Effect } from "./effects.ts";
import { requestName } from "./kept.ts";
import { hears, parentsOf } from "./parents.ts";

const FINISHED = "inngest/function.finished";
const FAILED = "inngest/function.failed";
const CANCELLED = "inngest/function.cancelled";
/** What the end of a run may publish: a commit that may end one asks who waits for these. */
export const LIFECYCLE_EVENTS: readonly string[] = [FINISHED, FAILED, CANCELLED];
const statusWord = { completed: "Completed", failed: "Failed", cancelled: "Cancelled" } as const;

/** Ends the run: its output, its status, its lifecycle events. Later effects of the draft are refused by `ended`. */
export function endRun(draft: Draft, status: EndStatus, result: Json, about: About, moment: Moment): void {
  if (draft.ended) return;
  draft.ended = true;
  forget(draft, status);
  for (const [step, open] of Object.entries(draft.state.open))
    if (open.op === "Gateway" || open.op === "AIGateway")
      draft.effects.push({ do: "keep", name: requestName(step), value: null });
  draft.effects.push({
    do: "end",
    status,
    output: status === "failed" ? { error: result } : { data: result },
  });
  const trigger = draft.seen.run.eventName;
  if (trigger === FAILED || trigger === FINISHED) return;
  const data: JsonObject = {
    function_id: about.slug,
    run_id: about.runId,
    event: about.trigger.event,
    events: about.trigger.events,
  };
  if (status === "failed") data.error = { ...asObject(result), __serialized: true };
  else if (status === "completed" && result !== null) data.result = result;
  const parents = parentsOf(draft.seen.run.functionId, about.trigger.events);
  if (parents[0] !== undefined) data.correlation_id = `${parents[0].parent}.${parents[0].step}`;
  const finished = { ...data, _inngest: { status: statusWord[status] } };
  const eventId = publish(draft, FINISHED, null, finished, about, moment);
  for (const { parent, step } of parents) draft.effects.push({ do: "tellParent", parent, step, eventId });
  if (status === "failed") publish(draft, FAILED, about.runId, data, about, moment);
  if (status === "cancelled") publish(draft, CANCELLED, about.runId, data, about, moment);
}

/** What the same answer had opened is not begun: a run that ends leaves nothing behind. */
function forget(draft: Draft, status: EndStatus): void {
  const begun = new Set<Effect["do"]>(["later", "call", "wait"]);
  if (status !== "completed") begun.add("invoke");
  const kept = draft.effects.filter((effect) => !begun.has(effect.do));
  draft.effects.splice(0, draft.effects.length, ...kept);
}

/** A failure with its error as user code and lifecycle events see it. */
export function failRun(draft: Draft, error: ErrorJson, about: About, moment: Moment): void {
  endRun(draft, "failed", errorJson(error), about, moment);
}

/** Drops the undefined of optional properties, so that the value is JSON. */
export function errorJson(error: ErrorJson): JsonObject {
  const json: JsonObject = {};
  for (const [key, value] of Object.entries(error)) if (value !== undefined) json[key] = value;
  return json;
}

/** Platform errors are wrapped once more, so that readers of either form find name and message (semantics §2.5). */
export function platformError(name: string, message: string): ErrorJson {
  return { name, message, error: `${name}: ${message}` };
}

function publish(
  draft: Draft,
  name: string,
  externalId: string | null,
  data: JsonObject,
  about: About,
  moment: Moment,
): EventId {
  const id = moment.id();
  const event: NewEvent = { id, externalId: externalId ?? id, name, ts: moment.now, body: { data } };
  draft.effects.push({ do: "send", event, route: hears(about, name) });
  return id;
}

function asObject(value: Json): JsonObject {
  return value !== null && typeof value === "object" && !Array.isArray(value)
    ? value
    : { message: String(value) };
}
