/** Pause, drain and resume a function (semantics §6.11). Kept with the function's row; a sync leaves it as it is. */
import {
  type Change,
  type FunctionMode,
  type FunctionRow,
  pauseCell,
  SHARED_POOL,
  StepwellError,
} from "@stepwell/core";
import type { Context } from "./context.ts";

/**
 * @param named slug or id of a function
 * @throws StepwellError `not_found`
 */
export async function setMode(
  context: Context,
  named: string,
  mode: FunctionMode,
): Promise<{ functionId: string; slug: string; mode: FunctionMode }> {
  // Also one that has left its app: its unfinished runs may be held by the pause.
  const known = context.registry.named(named);
  if (known === null)
    throw new StepwellError(
      "not_found",
      `There is no function ${JSON.stringify(named.slice(0, 200))}. Give its slug, like my-app-my-function.`,
    );
  const { id } = known;
  await context.commit({ app: known.appId }, (seen) => {
    const row = seen.app.functions.find((fn) => fn.id === id);
    if (row === undefined) return { write: [], reply: null };
    const write: Change[] = [{ update: "functions", key: { id }, set: { mode } }];
    if (mode !== "paused") write.push(...released(row));
    return { write, reply: null };
  });
  await context.registry.load(context.options.store.read);
  context.options.log({
    level: "info",
    event: "function.mode",
    message: `${known.slug} is ${mode}`,
    function: known.slug,
    mode,
  });
  // The claim that the nudge asked for may have come before the registry knew: ask once more.
  if (mode !== "paused") await context.commit({}, () => ({ write: released(known), reply: null }));
  return { functionId: id, slug: known.slug, mode };
}

/** Lanes that were blocked by the pause are looked at again. */
function released(fn: FunctionRow): Change[] {
  const cells = [pauseCell(fn.id)];
  return [fn.id, SHARED_POOL].map((pool): Change => {
    return { insert: "nudges", row: { pool, lane: null, cells, score: null, gone: null } };
  });
}
