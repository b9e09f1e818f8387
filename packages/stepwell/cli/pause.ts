/** `stepwell pause|resume|drain FUNCTION`: stops a function, lets it go on, or lets it run dry (semantics §6.11). */
import type { FunctionState } from "@stepwell/api";
import type { Command } from "commander";
import { addressFlags, clientOf, jsonFlag, print, printJson } from "./address.ts";
import { addFlags } from "./flags.ts";

type Verb = "pause" | "resume" | "drain";

const texts: Record<Verb, { summary: string; description: string; says: string }> = {
  pause: {
    summary: "stop a function until it is resumed",
    description:
      "Stops a function: runs that have begun make no further calls, and events that come meanwhile are written down as skipped runs. It stays so over syncs and restarts.",
    says: "is paused: its runs stand still, and new events are skipped. `stepwell resume` lets it go on.",
  },
  resume: {
    summary: "let a paused or drained function go on",
    description:
      "Lets a function go on: runs that stood still make their next call, and new events start runs again. Runs that were skipped meanwhile stay skipped.",
    says: "is active. Runs that were skipped meanwhile stay skipped.",
  },
  drain: {
    summary: "let a function finish its runs and start no new ones",
    description:
      "Lets a function run dry: runs that have begun go on to their end, and events that come meanwhile are written down as skipped runs. It stays so over syncs and restarts.",
    says: "is drained: its runs go on to their end, and new events are skipped.",
  },
};

export function addPause(program: Command): void {
  for (const verb of Object.keys(texts) as Verb[]) addVerb(program, verb);
}

function addVerb(program: Command, verb: Verb): void {
  const { summary, description, says } = texts[verb];
  const command = program
    .command(verb)
    .summary(summary)
    .description(description)
    .argument("<function>", "slug of the function, like my-app-my-function, or its id")
    .option(...jsonFlag)
    .addHelpText("after", `\nExample:\n  $ npx stepwell ${verb} shop-charge\n`)
    .action(async (named: string, { json }: { json?: boolean }) => {
      const client = await clientOf(command, process.env, process.cwd());
      const state: FunctionState = await client[verb](named);
      if (json === true) printJson(state);
      else print(`${state.slug} ${says}`);
    });
  addFlags(command, addressFlags);
}
