/** Pause and drain (semantics §6.11): new runs are skipped; a paused function's runs are held as by a full cell. */
import type { FunctionMode } from "../../model/function.ts";
import type { CellKey, FunctionId, LaneId } from "../../model/ids.ts";

/** Why a new run of the function is skipped; null: it is not. */
export function skipReason(mode: FunctionMode): "FunctionPaused" | "FunctionDrained" | null {
  if (mode === "paused") return "FunctionPaused";
  return mode === "drained" ? "FunctionDrained" : null;
}

/** The cell that all lanes of a paused function are blocked on. No lease ever names it. */
export function pauseCell(functionId: FunctionId): CellKey {
  return `paused:${functionId}`;
}

/** Lanes begin with the id of their function. */
export function functionOfLane(lane: LaneId): FunctionId {
  return lane.split(/[ :]/, 1)[0] ?? lane;
}
