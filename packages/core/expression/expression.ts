import type { Json } from "../model/json.ts";
import { compileValue, compileVerdict, type Evaluator } from "./compile.ts";
import { ExpressionError } from "./expression-error.ts";
import { readExpression, type Slot } from "./read.ts";
import type { Node, Root } from "./tree.ts";
import type { Result } from "./values.ts";

// An expression ready to run. Text is parsed once: a million waits of one function share one program, because a
// frozen expression keeps its text and carries the event's values beside it, as a first line that CEL would read
// as a comment: `//frozen {"event.data.id":"7"}`. So the frozen text can be stored and parsed again.

const MAX_SOURCE_LENGTH = 8 * 1024;
const MAX_CACHED = 4_000;
const MAX_CACHED_CHARACTERS = 512 * 1024;
const FROZEN = "//frozen ";

export interface Program {
  readonly text: string;
  readonly tree: Node;
  readonly slots: readonly Slot[];
  readonly roots: readonly Root[];
  readonly value: Evaluator<Result>;
  readonly verdict: Evaluator<boolean>;
}

export interface Expression {
  /** What `parseExpression` turns into an equal expression; of a frozen one it holds the event's values too. */
  readonly source: string;
  /** What the author wrote. */
  readonly text: string;
  /** The variables it names, so that a place can refuse those it does not have (semantics 4.1). */
  readonly roots: readonly Root[];
  readonly program: Program;
  /** One value for each slot of the program, or null while the event is still open. */
  readonly frozen: readonly Json[] | null;
}

/** Throws an ExpressionError; `parseExpression("event.data.price > 100")`. */
export function parseExpression(source: string): Expression {
  if (!source.startsWith(FROZEN)) {
    const program = programOf(source);
    return { source, text: source, roots: program.roots, program, frozen: null };
  }
  const end = source.indexOf("\n");
  const program = programOf(source.slice(end + 1));
  const values = valuesIn(source, source.slice(FROZEN.length, Math.max(end, 0)));
  return withFrozen(program, (slot) => values.get(slot.key) ?? null);
}

/** The expression with its slots filled and `event` gone from its variables. */
export function withFrozen(program: Program, fill: (slot: Slot) => Json): Expression {
  const frozen = program.slots.map(fill);
  const byKey = Object.fromEntries(program.slots.map((slot, at) => [slot.key, frozen[at] ?? null]));
  return {
    source: `${FROZEN}${JSON.stringify(byKey)}\n${program.text}`,
    text: program.text,
    roots: program.roots.filter((root) => root !== "event"),
    program,
    frozen,
  };
}

function valuesIn(source: string, header: string): ReadonlyMap<string, Json> {
  try {
    return new Map(Object.entries(JSON.parse(header) as { [key: string]: Json }));
  } catch {
    throw new ExpressionError("the frozen values are not JSON", source);
  }
}

const cache = new Map<string, Program>();
let cachedCharacters = 0;

function programOf(text: string): Program {
  const known = cache.get(text);
  if (known !== undefined) {
    cache.delete(text);
    cache.set(text, known);
    return known;
  }
  const program = compileProgram(text);
  cache.set(text, program);
  cachedCharacters += text.length;
  for (const oldest of cache.keys()) {
    if (cache.size <= MAX_CACHED && cachedCharacters <= MAX_CACHED_CHARACTERS) break;
    cache.delete(oldest);
    cachedCharacters -= oldest.length;
  }
  return program;
}

function compileProgram(text: string): Program {
  if (text.length > MAX_SOURCE_LENGTH) {
    throw new ExpressionError(`expression is longer than ${MAX_SOURCE_LENGTH} characters`, text);
  }
  try {
    const { tree, slots, roots } = readExpression(text);
    return { text, tree, slots, roots, value: compileValue(tree), verdict: compileVerdict(tree) };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ExpressionError(`cannot read the expression ${JSON.stringify(text)}: ${why}`, text);
  }
}
