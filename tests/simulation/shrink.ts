/**
 * A smaller story with the same complaint: without a fault, an event, a function or a piece of a program.
 * What is left out changes what the dice mean, so each smaller world gets several rolls.
 */
import type { Node, Program } from "./program.ts";
import type { Faults, Setup } from "./setup.ts";
import { type Outcome, simulate } from "./simulate.ts";

type Change = (setup: Setup) => void;

const ROLLS = 12;
const FLOW = [
  "concurrency",
  "throttle",
  "rateLimit",
  "debounce",
  "batch",
  "priority",
  "singleton",
  "timeouts",
  "cancelOn",
] as const;

/** @param most simulations to spend */
export async function shrink(broken: Outcome, most: number): Promise<Outcome> {
  let best = broken;
  let done: Change[] = [];
  let left = most;
  for (let found = true; found && left > 0; ) {
    found = false;
    for (const change of changesOf(best.setup)) {
      for (let roll = 0; roll < ROLLS && left > 0 && !found; roll += 1) {
        left -= 1;
        const tried = await simulate(broken.seed, false, { roll, changes: [...done, change] });
        if (kindOf(tried) !== kindOf(broken)) continue;
        found = true;
        best = tried;
        done = [...done, change];
      }
      if (found) break;
    }
  }
  return best;
}

/** The complaint without its names and numbers. */
function kindOf({ violations }: Outcome): string {
  return (violations[0] ?? "")
    .replace(/^run \S+ of .*?: /, "")
    .replace(/\S*\d\S*/g, "#")
    .slice(0, 60);
}

/** Everything that could be left out, big things first. Changes name what they touch: they are done again from scratch. */
function changesOf(setup: Setup): Change[] {
  const functions = setup.functions.filter(({ slug }) => !/child|callee|failed/.test(slug));
  return [
    ...(functions.length > 1 ? functions.map(({ slug }) => without(slug)) : []),
    ...(setup.events > 1 ? [(small: Setup) => void (small.events = 1)] : []),
    ...Object.entries(setup.faults).flatMap(([fault, value]) => calmer(fault as keyof Faults, value)),
    ...setup.functions.flatMap(({ slug, config }) =>
      FLOW.filter(
        (option) =>
          config[option] !== undefined && (option !== "concurrency" || config.concurrency.length > 0),
      ).map((option) => withoutOption(slug, option)),
    ),
    ...setup.functions.flatMap(({ slug, program }) =>
      smaller(program).map((less) => withProgram(slug, less)),
    ),
  ];
}

function without(slug: string): Change {
  return (setup) => {
    setup.functions = setup.functions.filter((fn) => fn.slug !== slug);
  };
}

function withoutOption(slug: string, option: (typeof FLOW)[number]): Change {
  return (setup) => {
    const fn = setup.functions.find((one) => one.slug === slug);
    if (fn === undefined) return;
    const { [option]: _, ...less } = fn.config;
    fn.config = { concurrency: [], ...less };
  };
}

function calmer(fault: keyof Faults, value: Faults[keyof Faults]): Change[] {
  const calm = { zombie: "crash", crash: "calm" }[String(value)] ?? (value === true ? false : 0);
  if (value === calm || value === "calm" || value === false) return [];
  return [(setup) => Object.assign(setup.faults, { [fault]: calm })];
}

function withProgram(slug: string, program: Program): Change {
  return (setup) => {
    const fn = setup.functions.find((one) => one.slug === slug);
    if (fn !== undefined) fn.program = program;
  };
}

/** The program without one of its pieces. */
function smaller({ body, end }: Program): Program[] {
  const ends = end.fails > 0 ? [{ body, end: { fails: 0, fatal: false } }] : [];
  return [...ends, ...lessOf(body).map((less) => ({ body: less, end }))];
}

function lessOf(node: Node): Node[] {
  if ("id" in node) return [];
  if (node.do === "try") return [node.of, ...lessOf(node.of).map((of): Node => ({ ...node, of }))];
  if (node.of.length === 1) return [...node.of, ...node.of.flatMap(lessOf)];
  const dropped = node.of.map(
    (_, at): Node => ({ ...node, of: node.of.filter((__, index) => index !== at) }),
  );
  const inner = node.of.flatMap((part, at) =>
    lessOf(part).map(
      (less): Node => ({ ...node, of: node.of.map((one, index) => (index === at ? less : one)) }),
    ),
  );
  return [...dropped, ...inner];
}
