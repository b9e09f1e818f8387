/**
 * What the code of an app does to the world outside, as far as it can be seen from here: the events it
 * sends, the requests it makes, and what changes in whatever the test lets us look at.
 */
import type { AppCall } from "./app-call.ts";
import { currentCall } from "./app-call.ts";
import type { EventToSend } from "./world.ts";

/** One thing that code did. */
export interface Effect {
  /** What it is, the same each time: `sends mail/send`, `POST https://api.example.com/charges`. */
  what: string;
  /** Under which the receiver can know a repeat; null: it cannot. */
  key: string | null;
  /** For people: what has changed. */
  detail: string;
}
/** One time that the code of a step, or the code outside of steps, was run. */
export interface Execution {
  runId: string;
  functionId: string;
  /** Null: the code outside of steps. */
  stepId: string | null;
  effects: Effect[];
  /** What was done to this execution's answer; null: nothing. */
  fault: string | null;
}
export interface Recorder {
  readonly executions: readonly Execution[];
  /** Runs code as one execution and writes down what it does. */
  record<R>(call: AppCall, code: () => Promise<R>): Promise<{ execution: Execution; result: R }>;
  sends(call: AppCall, events: readonly EventToSend[]): void;
}

/** @param observe what the app has done so far, as JSON, or a promise of it; what changes in it is an effect */
export function createRecorder(observe: () => unknown): Recorder {
  const executions: Execution[] = [];
  const current = new Map<AppCall, Execution>();
  recorders.add(current);
  return {
    executions,
    async record(call, code) {
      const { runId, functionId, step } = call;
      const execution: Execution = { runId, functionId, stepId: step?.id ?? null, effects: [], fault: null };
      executions.push(execution);
      current.set(call, execution);
      const before = partsOf(await observe());
      try {
        return { execution, result: await code() };
      } finally {
        execution.effects.push(...changes(before, partsOf(await observe())));
        current.delete(call);
      }
    },
    sends(call, events) {
      for (const { name, id } of events)
        current.get(call)?.effects.push({ what: `sends ${name}`, key: id ?? null, detail: "" });
    },
  };
}

/** Live recorders: one `fetch` writes for all of them. */
const recorders = new Set<ReadonlyMap<AppCall, Execution>>();
/** Methods that HTTP itself says may be repeated. */
const REPEATABLE = new Set(["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"]);

/** Writes down the requests that code of an app makes through the global `fetch`, until the returned function is called. */
export function watchFetch(): () => void {
  const { fetch } = globalThis;
  const watched: typeof fetch = (input, init) => {
    const call = currentCall()?.call;
    if (call) note(call, new Request(input, init));
    return fetch(input, init);
  };
  globalThis.fetch = watched;
  return () => {
    recorders.clear();
    if (globalThis.fetch === watched) globalThis.fetch = fetch;
  };
}

function note(call: AppCall, { method, url, headers }: Request): void {
  if (REPEATABLE.has(method)) return;
  const { origin, pathname } = new URL(url);
  for (const current of recorders)
    current.get(call)?.effects.push({
      what: `${method} ${origin}${pathname}`,
      key: headers.get("idempotency-key"),
      detail: "",
    });
}

/** Each top-level part of what is observed, as text: a change is told by its name. */
function partsOf(observed: unknown): ReadonlyMap<string, string> {
  if (observed === null || typeof observed !== "object" || Array.isArray(observed))
    return new Map([["what is observed", textOf(observed)]]);
  return new Map(Object.entries(observed).map(([name, value]) => [name, textOf(value)]));
}

function textOf(value: unknown): string {
  return JSON.stringify(value) ?? "nothing";
}

function changes(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): Effect[] {
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((name) => {
    const [was, is] = [before.get(name) ?? "nothing", after.get(name) ?? "nothing"];
    return was === is
      ? []
      : [{ what: `changes ${name}`, key: null, detail: added(was, is) ?? `${short(was)} → ${short(is)}` }];
  });
}

/** Of a list that has grown, what was added. */
function added(was: string, is: string): string | null {
  if (!was.startsWith("[") || !is.startsWith("[")) return null;
  const [old, now] = [JSON.parse(was) as unknown[], JSON.parse(is) as unknown[]];
  const grown = now.length > old.length && old.every((item, index) => textOf(item) === textOf(now[index]));
  return grown
    ? `+ ${now
        .slice(old.length)
        .map((item) => short(textOf(item)))
        .join(", ")}`
    : null;
}

const SHOWN_CHARACTERS = 60;

function short(text: string): string {
  return text.length <= SHOWN_CHARACTERS ? text : `${text.slice(0, SHOWN_CHARACTERS)}…`;
}
