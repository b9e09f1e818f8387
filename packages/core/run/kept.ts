/** The names under which a run keeps things beside its output and its steps' results. */
import type { StepHash } from "../model/ids.ts";

/** A step's arguments, to be shown and to be edited for a rerun. */
export function inputName(step: StepHash): string {
  return `input:${step}`;
}

/** The request of a gateway step, until it has an answer: it may hold secrets. */
export function requestName(step: StepHash): string {
  return `request:${step}`;
}
