/** Asks for a new password in the terminal, twice and unseen, or reads it from stdin. It is never an argument. */
import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { CliError, exit } from "./exit.ts";

export const passwordFlag = [
  "--password-stdin",
  "read the password from stdin, whole but for a last line break",
] as const;

/** @throws CliError when there is nobody to ask, the two differ, or it is given up */
export async function askPassword(fromStdin: boolean): Promise<string> {
  if (fromStdin) return (await text(process.stdin)).replace(/\r?\n$/, "");
  if (!process.stdin.isTTY)
    throw new CliError(
      exit.usage,
      "there is no terminal to ask for the password in. Give it with --password-stdin.",
    );
  return askTwice();
}

async function askTwice(): Promise<string> {
  // What is typed is echoed to nowhere; the terminal has to know that before it is asked.
  const output = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output, terminal: true });
  const ask = async (question: string): Promise<string> => {
    process.stderr.write(question);
    const line = await new Promise<string>((resolve, reject) => {
      lines.once("line", resolve);
      lines.once("close", () => reject(new CliError(exit.interrupted, "given up")));
    });
    process.stderr.write("\n");
    return line;
  };
  lines.on("SIGINT", () => lines.close());
  try {
    const password = await ask("Password: ");
    if ((await ask("Once more: ")) !== password) throw new CliError(exit.usage, "the two passwords differ");
    return password;
  } finally {
    lines.close();
  }
}
