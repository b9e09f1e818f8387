/** One function with everything its page shows. */
import type { FunctionDetail, Range } from "@stepwell/api/dashboard";
import type { FunctionRow } from "@stepwell/core";
import type { Engine } from "@stepwell/engine";
import { readEventSchema } from "../events/event-types.ts";
import { planOf, readCounted, seriesOf } from "../statistics/index.ts";
import { configLines } from "./config-words.ts";
import { readErrors } from "./errors.ts";
import { functionLines } from "./function-lines.ts";
import { readLimits } from "./limits/index.ts";

export async function functionDetail(fn: FunctionRow, range: Range, engine: Engine): Promise<FunctionDetail> {
  const { read } = engine;
  const now = engine.now();
  const plan = planOf(range, now);
  const [[line], [counted], limits, input] = await Promise.all([
    functionLines([fn], engine),
    readCounted(engine, [plan], [fn.id]),
    readLimits(fn, now, read),
    readInput(fn, engine),
  ]);
  if (line === undefined || counted === undefined) throw new Error("invariant: each function has a line");
  const failed = counted.rows.some((row) => row.failed > 0) || counted.completeFrom !== null;
  return {
    ...line,
    version: fn.version,
    url: fn.config.url,
    config: configLines(fn.config),
    limits,
    series: seriesOf(range, plan, counted),
    errors: failed ? await readErrors(read, fn.id, plan.from) : [],
    ...input,
  };
}

/** What data of its first event has looked like; a pattern of names has no event of its own. */
async function readInput(
  { config }: FunctionRow,
  { read }: Engine,
): Promise<Pick<FunctionDetail, "inputSchema" | "inputExample">> {
  const name = config.triggers
    .flatMap((trigger) => ("event" in trigger ? [trigger.event] : []))
    .find((event) => !event.endsWith("*"));
  if (name === undefined) return { inputSchema: null, inputExample: null };
  const { schema, example } = await readEventSchema(name, read);
  return { inputSchema: schema, inputExample: example };
}
