/** `stepwell start`: a server for real work; keys are required, calls are signed. */
import type { Command } from "commander";
import { addFlags, addForeignFlags } from "./flags.ts";
import { configFlag, foreignStartFlags, startFlags } from "./server-flags.ts";

export function addStart(program: Command): void {
  const command = program
    .command("start")
    .summary("run a server for real work: keys required, calls signed")
    .description(
      "Runs a server for real work: event key and signing key are required, calls to apps are signed.\n" +
        "Start your app with INNGEST_DEV=0, INNGEST_BASE_URL, INNGEST_EVENT_KEY and INNGEST_SIGNING_KEY.",
    )
    .addHelpText(
      "after",
      "\nEvery flag can be a variable: --signing-key is STEPWELL_SIGNING_KEY, or INNGEST_SIGNING_KEY.\nWhat stays the same can stand in stepwell.config.ts, .js or .json.\n\nExamples:\n" +
        "  $ export STEPWELL_EVENT_KEY=$(openssl rand -hex 16) STEPWELL_SIGNING_KEY=$(openssl rand -hex 32)\n" +
        "  $ npx stepwell start --sqlite-dir /var/lib/stepwell\n" +
        "  $ npx stepwell start --host 0.0.0.0 --allowed-host jobs.example.com --sdk-url https://app.example.com/api/inngest\n",
    )
    .action(async () => {
      // Loaded only here: commands that talk to a server do without engine and store.
      const { serve } = await import("./serve.ts");
      await serve("start", command);
    });
  addFlags(command, { config: configFlag, ...startFlags });
  addForeignFlags(command, foreignStartFlags);
}
