/** Where a command finds its server, and with which key: flag, variables, `server.json`, the usual port. */
import type { Client } from "@stepwell/api";
import type { Command } from "commander";
import { findServerFile } from "../server-file.ts";
import { text } from "./flag-values.ts";
import { type Flags, gather } from "./flags.ts";

const USUAL = "http://127.0.0.1:8288";

export const addressFlags: Flags = {
  url: {
    flags: "--url <url>",
    help: "address of the server",
    fallback: `the one in .stepwell/server.json, else ${USUAL}`,
    read: text,
  },
  signingKey: {
    flags: "--signing-key <key>",
    help: "signing key of the server (not needed in dev)",
    read: text,
  },
};

/** The client for the server that a command is meant for. */
export async function clientOf(command: Command, env: NodeJS.ProcessEnv, cwd: string): Promise<Client> {
  const given = gather(command, addressFlags, { ...env, INNGEST_URL: undefined });
  const { createClient } = await import("@stepwell/api");
  const url = addressOf(given.url as string | undefined, cwd);
  return createClient({
    url,
    ...(given.signingKey === undefined ? {} : { signingKey: given.signingKey as string }),
  });
}

function addressOf(given: string | undefined, cwd: string): string {
  if (given !== undefined) return /^https?:\/\//i.test(given) ? given : `http://${given}`;
  return findServerFile(cwd)?.url ?? USUAL;
}

/** `--json`, on every command that reads. */
export const jsonFlag = ["--json", "print the API's answer as JSON"] as const;

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
