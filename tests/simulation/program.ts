/**
 * Small random functions as data. The fake app interprets them as an SDK would; the model says what
 * must come of them. Failures are scripted by attempt, so a call that is repeated because of a fault
 * (which counts no attempt) does not change the outcome.
 */
import { createHash } from "node:crypto";
import type { Json } from "@stepwell/core";
import type { Dice } from "./dice.ts";

/** The `if` of a wait, and what it means for the `data.k` of the trigger event and of the awaited one. */
export const WAIT_TESTS = {
  none: { source: null, holds: () => true },
  match: { source: "event.data.k == async.data.k", holds: (own: Json, other: Json) => own === other },
  or: {
    source: "event.data.k == async.data.k || async.data.k == 2",
    holds: (own: Json, other: Json) => own === other || other === 2,
  },
  two: { source: "async.data.k >= 0 && async.data.k == 2", holds: (_: Json, other: Json) => other === 2 },
} satisfies Record<string, { source: string | null; holds(own: Json, other: Json): boolean }>;

/** One piece of a function's code. Ids are unique in a program. */
export type Node =
  /** `step.run`: throws on the attempts below `fails`; `fatal`: its first throw is a NonRetriableError. */
  | { do: "run"; id: string; fails: number; fatal: boolean }
  | { do: "sleep"; id: string; seconds: number }
  /** Until so many seconds after the event's `ts`; may lie in the past. */
  | { do: "sleepUntil"; id: string; seconds: number }
  /** `step.sendEvent`. */
  | { do: "send"; id: string; event: string }
  | { do: "wait"; id: string; event: string; test: keyof typeof WAIT_TESTS; seconds: number }
  | { do: "signal"; id: string; signal: string; replace: boolean; seconds: number }
  /** `seconds`: the timeout; null: the default of a year. */
  | { do: "invoke"; id: string; slug: string; seconds: number | null }
  /** `step.fetch`; status 0: nobody is there. */
  | { do: "fetch"; id: string; status: number }
  | { do: "seq"; of: Node[] }
  | { do: "all"; of: Node[] }
  /** `hint`: the ops carry `parallelMode: "race"`. */
  | { do: "race"; of: Node[]; hint: boolean }
  | { do: "try"; of: Node };
export type Leaf = Extract<Node, { id: string }>;

/** How the code ends once its body is through: a return, or a throw on the attempts below `fails`. */
export interface End {
  fails: number;
  fatal: boolean;
}
export interface Program {
  body: Node;
  end: End;
}

const hashes = new Map<string, string>();
/** The hash an SDK makes of a step id (wire.md §5.3). */
export function hashOf(id: string): string {
  let hash = hashes.get(id);
  if (hash === undefined) {
    hash = createHash("sha1").update(id).digest("hex");
    hashes.set(id, hash);
  }
  return hash;
}

/** What a step returns: depends on what came before it, so a wrong memoised result shows. */
export function valueOf(id: string, before: Json): string {
  const text = JSON.stringify(before);
  let sum = 0;
  for (let i = 0; i < text.length; i += 1) sum = (Math.imul(sum, 31) + text.charCodeAt(i)) | 0;
  return `${id}<${(sum >>> 0).toString(36)}>`;
}
/** What the code makes of a result that came from outside. */
export function usedValue(leaf: Leaf, before: Json, data: Json): Json {
  if (leaf.do === "sleep" || leaf.do === "sleepUntil") return before;
  if (leaf.do === "run" || leaf.do === "send") return data;
  return data === null ? `${leaf.id} nothing` : valueOf(leaf.id, data);
}
/** Is the result decided by the world around the run, not by its code? */
export function isOutside(leaf: Leaf): boolean {
  return leaf.do === "wait" || leaf.do === "signal" || leaf.do === "invoke" || leaf.do === "fetch";
}
export const errorOf = (id: string): string => `${id} fails`;

export function leavesOf(node: Node): Leaf[] {
  if ("id" in node) return [node];
  return (Array.isArray(node.of) ? node.of : [node.of]).flatMap(leavesOf);
}

export function isRunnable(leaf: Leaf): boolean {
  return leaf.do === "run" || leaf.do === "send";
}

export interface ProgramShape {
  /** About how many steps. */
  size: number;
  maxAttempts: number;
  /** Steps that reach out: sendEvent, waits, signals, invokes. */
  outgoing: boolean;
  /** Allow things that need many attempts or end in failure. */
  failures: boolean;
}

/** A random program. */
export function randomProgram(dice: Dice, shape: ProgramShape): Program {
  let ids = 0;
  const id = (): string => {
    ids += 1;
    return `s${ids}`;
  };
  const leaf = (): Node => {
    const roll = dice.roll();
    if (roll < 0.18) return { do: "sleep", id: id(), seconds: dice.pick([1, 5, 60, 3600, 90_000]) };
    if (roll < 0.24) return { do: "sleepUntil", id: id(), seconds: dice.pick([-60, 0, 30, 7200]) };
    if (roll < 0.52 && shape.outgoing) return outgoingLeaf(dice, id());
    const bad = shape.failures && dice.chance(0.3);
    return {
      do: "run",
      id: id(),
      fails: bad ? dice.between(1, shape.maxAttempts) : 0,
      fatal: bad && dice.chance(0.2),
    };
  };
  const node = (budget: number, depth: number): Node => {
    if (budget <= 1 || depth >= 4) return leaf();
    const roll = dice.roll();
    const parts = splitUp(dice, budget).map((part) => node(part, depth + 1));
    if (roll < 0.45 || depth === 0) return { do: "seq", of: parts };
    if (roll < 0.72) return { do: "all", of: parts };
    if (roll < 0.84) return { do: "race", of: parts, hint: dice.chance(0.5) };
    return { do: "try", of: { do: "seq", of: parts } };
  };
  const body = node(shape.size, 0);
  const bad = shape.failures && dice.chance(0.2);
  return {
    body,
    end: { fails: bad ? dice.between(1, shape.maxAttempts) : 0, fatal: bad && dice.chance(0.3) },
  };
}

function outgoingLeaf(dice: Dice, id: string): Leaf {
  const roll = dice.roll();
  const seconds = dice.pick([1, 30, 600, 7200]);
  if (roll < 0.25) return { do: "send", id, event: "t/child" };
  if (roll < 0.32) return { do: "fetch", id, status: dice.pick([200, 500, 0]) };
  const test = dice.pick(Object.keys(WAIT_TESTS) as (keyof typeof WAIT_TESTS)[]);
  if (roll < 0.58) return { do: "wait", id, event: "t/wake", test, seconds };
  if (roll < 0.75)
    return { do: "signal", id, signal: dice.pick(["a", "b"]), replace: dice.chance(0.6), seconds };
  const slug = dice.chance(0.9) ? "sim-callee" : "sim-nobody";
  return { do: "invoke", id, slug, seconds: dice.chance(0.5) ? null : seconds };
}

function splitUp(dice: Dice, budget: number): number[] {
  const parts: number[] = [];
  for (let left = budget; left > 0; ) {
    const part = dice.between(1, Math.max(1, Math.ceil(left / 2)));
    parts.push(part);
    left -= part;
  }
  return parts;
}

/** The program as one line, for traces. */
export function programText({ body, end }: Program): string {
  const text = (node: Node): string => {
    switch (node.do) {
      case "run":
        return node.fails > 0 ? `${node.id}!${node.fatal ? "fatal" : node.fails}` : node.id;
      case "sleep":
        return `${node.id}:sleep(${node.seconds}s)`;
      case "sleepUntil":
        return `${node.id}:until(${node.seconds}s)`;
      case "send":
        return `${node.id}:send(${node.event})`;
      case "wait":
        return `${node.id}:wait(${node.test} ${node.seconds}s)`;
      case "signal":
        return `${node.id}:signal(${node.signal}${node.replace ? " replace" : ""} ${node.seconds}s)`;
      case "fetch":
        return `${node.id}:fetch(${node.status})`;
      case "invoke":
        return `${node.id}:invoke(${node.slug} ${node.seconds ?? "∞"}s)`;
      case "try":
        return `try{${text(node.of)}}`;
      default:
        return `${node.do}${node.do === "race" && node.hint ? "*" : ""}[${node.of.map(text).join(" ")}]`;
    }
  };
  const ending = end.fails > 0 ? ` throw!${end.fatal ? "fatal" : end.fails}` : "";
  return text(body) + ending;
}
