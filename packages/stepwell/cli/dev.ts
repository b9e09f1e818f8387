/** `stepwell dev`: a server for local work, on loopback, without keys. */
import type { Command } from "commander";
import { addFlags, addForeignFlags } from "./flags.ts";
import { configFlag, devFlags, foreignFlags } from "./server-flags.ts";

export function addDev(program: Command): void {
  const command = program
    .command("dev")
    .summary("run a server for local work: loopback, no keys, data kept in .stepwell/")
    .description(
      "Runs a server for local work: loopback only, no keys, data kept in .stepwell/.\n" +
        "Start your app with INNGEST_DEV=1: it is found on the usual ports of this\nmachine, and its changes are seen within 5 s.\n" +
        "One that listens elsewhere is named by --sdk-url.",
    )
    .addHelpText(
      "after",
      "\nEvery flag can be a variable: --port is STEPWELL_PORT, or INNGEST_PORT. What stays the same\ncan stand in stepwell.config.ts, .js or .json.\n\nExamples:\n" +
        "  $ npx stepwell dev\n" +
        "  $ npx stepwell dev --sdk-url http://localhost:3000/api/inngest\n" +
        "  $ npx stepwell dev --in-memory --port 9000\n",
    )
    .action(async () => {
      // Loaded only here: commands that talk to a server do without engine and store.
      const { serve } = await import("./serve.ts");
      await serve("dev", command);
    });
  addFlags(command, { config: configFlag, ...devFlags });
  addForeignFlags(command, foreignFlags);
}
