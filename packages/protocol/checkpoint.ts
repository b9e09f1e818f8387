/** What a call that goes on says it has finished: `POST /v1/checkpoint/{run}/async` (wire.md §7.2). */
import { type Json, type JsonObject, type Op, StepwellError } from "@stepwell/core";
import { isObject, jsonBytes } from "./json.ts";
import { readOps } from "./ops.ts";

export interface CheckpointBody {
  /** `qi_id`: the id under which the call was dispatched. */
  jobId: string;
  /** `generation_id`; null: the SDK does not send it (v3). */
  generation: number | null;
  ops: Op[];
  unknownOps: string[];
}

/**
 * Reads the parsed body.
 * @throws StepwellError `checkpoint_invalid`
 */
export function readCheckpoint(body: Json): CheckpointBody {
  if (!isObject(body)) throw invalid("it is not an object");
  const { qi_id: jobId, generation_id: generation, steps } = body;
  if (typeof jobId !== "string" || jobId === "") throw invalid("`qi_id` is missing");
  if (!Array.isArray(steps)) throw invalid("`steps` is not a list");
  const kept = steps.map(withoutInternals);
  const list = readOps(kept, jsonBytes(kept));
  if ("problem" in list) throw invalid(list.problem);
  return {
    jobId,
    generation: typeof generation === "number" && Number.isSafeInteger(generation) ? generation : null,
    ops: list.ops,
    unknownOps: list.unknownOps,
  };
}

const KEPT = ["id", "op", "name", "displayName", "userland", "opts", "data", "error", "timing"] as const;

/** Steps come with keys that are the SDK's own bookkeeping. */
function withoutInternals(step: Json): Json {
  if (!isObject(step)) return step;
  const kept: JsonObject = {};
  for (const key of KEPT) if (step[key] !== undefined) kept[key] = step[key];
  return kept;
}

function invalid(why: string): StepwellError {
  return new StepwellError("checkpoint_invalid", `The checkpoint cannot be used: ${why}.`);
}
