/** `stepwell cancel ID`: ends a run. */
import type { Command } from "commander";
import { addressFlags, clientOf, print } from "./address.ts";
import { addFlags } from "./flags.ts";

export function addCancel(program: Command): void {
  const command = program
    .command("cancel")
    .summary("end a run")
    .description(
      "Ends a run: what it waits for is dropped, its next steps never run. An ended run stays as it is.",
    )
    .argument("<id>", "id of the run")
    .addHelpText("after", "\nExample:\n  $ npx stepwell cancel 01K7Z3N5Q8V2X4Y6A1B3C5D7E9\n")
    .action(async (id: string) => {
      const client = await clientOf(command, process.env, process.cwd());
      await client.cancel(id);
      const { status } = await client.run(id);
      print(
        status === "CANCELLED" ? `${id} is cancelled.` : `${id} had ended before: ${status.toLowerCase()}.`,
      );
    });
  addFlags(command, addressFlags);
}
