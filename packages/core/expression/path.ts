import type { Json } from "../model/json.ts";

// A path names a place in an event, `data.items[0].id`. It is stored in the wait index, so its text is canonical:
// one place, one text, and a key with a dot in it (`data["a.b"]`) is not the same place as two keys.
// Reads see own properties only: `event.data.constructor` is missing unless the event has that key.

export type Step = string | number;

const PLAIN_KEY = /^[A-Za-z_][A-Za-z0-9_]*$/;
const STEP = /(?:^|\.)([A-Za-z_][A-Za-z0-9_]*)|\[(0|[1-9][0-9]*)\]|\[("(?:[^"\\]|\\.)*")\]/y;

export function pathText(steps: readonly Step[]): string {
  let text = "";
  for (const step of steps) {
    if (typeof step === "number") text += `[${step}]`;
    else if (!PLAIN_KEY.test(step)) text += `[${JSON.stringify(step)}]`;
    else text += text === "" ? step : `.${step}`;
  }
  return text;
}

export function pathSteps(text: string): Step[] {
  const steps: Step[] = [];
  STEP.lastIndex = 0;
  for (let at = 0; at < text.length; at = STEP.lastIndex) {
    const found = STEP.exec(text);
    if (found === null) throw new Error(`not a path: ${text}`);
    const [, plain, index, quoted] = found;
    steps.push(plain ?? (index === undefined ? JSON.parse(quoted ?? '""') : Number(index)));
  }
  return steps;
}

export function readPath(from: Json | undefined, steps: readonly Step[]): Json | undefined {
  let at = from;
  for (const step of steps) {
    if (at === null || typeof at !== "object") return undefined;
    if (Array.isArray(at)) at = typeof step === "number" ? at[step] : undefined;
    else at = typeof step === "string" && Object.hasOwn(at, step) ? at[step] : undefined;
  }
  return at;
}
