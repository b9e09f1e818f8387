/** `stepwell key`: API keys of the dashboard's API, on data that no server has. */
import { type CreateKeyBody, type Scope, scopes } from "@stepwell/api/dashboard";
import type { ApiKeyRow } from "@stepwell/core";
import { type Command, Option } from "commander";
import { jsonFlag, print, printJson } from "./address.ts";
import { CliError, exit } from "./exit.ts";
import { addStoreFlags, withStore } from "./own-store.ts";
import { table, timeText } from "./show.ts";
import { note } from "./user.ts";

export function addKeyCommands(program: Command): void {
  const key = program
    .command("key")
    .summary("API keys of the dashboard's API")
    .description(
      "Lists, makes and revokes keys for the dashboard's API (/api/stepwell/v1). Works on the data itself, so the server must not run; with one, use Settings in its dashboard.",
    )
    .addHelpText(
      "after",
      "\nExamples:\n  $ npx stepwell key create ci --scope read --scope runs:write --expires-in-days 90\n  $ npx stepwell key list\n  $ npx stepwell key revoke ci\n",
    );
  addList(key);
  addCreate(key);
  addRevoke(key);
}

function addList(key: Command): void {
  const command = key
    .command("list")
    .summary("list keys, never the secrets")
    .option(...jsonFlag)
    .action(async ({ json }: { json?: true }) => {
      const keys = await withStore(command, { mayMake: false }, (store) => store.read.apiKeys());
      if (json) return printJson(keys.map(shown));
      if (keys.length === 0) return print("No keys. Make one with `stepwell key create NAME --scope read`.");
      const now = new Date();
      const rows = keys
        .map(shown)
        .map((line) => [
          line.name,
          `…${line.ending}`,
          line.scopes.join(","),
          line.revokedAt !== null ? "revoked" : timeText(line.expiresAt, now) || "never",
          timeText(line.lastUsedAt, now) || "never",
          line.id,
        ]);
      print(table(["NAME", "KEY", "SCOPES", "EXPIRES", "LAST USED", "ID"], rows));
    });
  addStoreFlags(command);
}

function addCreate(key: Command): void {
  const command = key
    .command("create")
    .summary("make a key; it is printed this once")
    .argument("<name>", "what it is for")
    .addOption(
      new Option("--scope <scope>", "what it may do; repeatable")
        .choices(scopes)
        .argParser((scope: string, before: string[] = []) => [...before, scope])
        .makeOptionMandatory(),
    )
    .option("--expires-in-days <number>", "1 to 3650; absent: it never expires")
    .action(async (name: string, { scope, expiresInDays }: { scope: Scope[]; expiresInDays?: string }) => {
      const days = expiresInDays === undefined ? {} : { expiresInDays: Number(expiresInDays) };
      const wanted = await checkedKey({ name, scopes: scope, ...days });
      await withStore(command, { mayMake: true }, async (store) => {
        const { addKey } = await import("@stepwell/server");
        const { row, secret } = await addKey(store, { ...wanted, createdBy: "command line" });
        await note(store, "key.create", `key ${row.name} …${row.ending}`, { scopes: row.scopes });
        process.stderr.write("This is the only time that the key is shown:\n");
        print(secret);
      });
    });
  addStoreFlags(command);
}

function addRevoke(key: Command): void {
  const command = key
    .command("revoke")
    .summary("revoke a key at once")
    .argument("<key>", "its id, its name, or its last four characters")
    .action(async (named: string) => {
      await withStore(command, { mayMake: false }, async (store) => {
        const { revokeKey } = await import("@stepwell/server");
        const { id, name, ending } = chosen(await store.read.apiKeys(), named);
        await revokeKey(store, id);
        await note(store, "key.revoke", `key ${name} …${ending}`, null);
        print(`The key ${name} (…${ending}) is revoked.`);
      });
    });
  addStoreFlags(command);
}

/** @throws CliError `notFound`, or `usage` when several are meant */
function chosen(keys: readonly ApiKeyRow[], named: string): ApiKeyRow {
  const byId = keys.find(({ id }) => id === named);
  if (byId !== undefined) return byId;
  const open = keys.filter(({ revokedAt }) => revokedAt === null);
  const [found, other] = open.filter(({ name, ending }) => name === named || ending === named);
  if (found === undefined)
    throw new CliError(exit.notFound, `there is no key ${JSON.stringify(named)} that is not revoked`);
  if (other !== undefined)
    throw new CliError(
      exit.usage,
      `several keys are called ${JSON.stringify(named)}: name one by its id (stepwell key list)`,
    );
  return found;
}

/** @throws CliError `usage` with what is wrong, by the same rules as the dashboard's */
async function checkedKey(given: CreateKeyBody): Promise<CreateKeyBody> {
  const { settingsSchemas } = await import("@stepwell/api/dashboard/schemas");
  const parsed = settingsSchemas.createKey.body?.safeParse(given);
  if (parsed?.success) return parsed.data;
  const issues = parsed?.error.issues.map(({ path, message }) => `${path.join(".")} ${message}`) ?? [];
  throw new CliError(exit.usage, issues.join("; "));
}

function shown({ hash: _hash, ...row }: ApiKeyRow) {
  const iso = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());
  return {
    ...row,
    createdAt: iso(row.createdAt),
    expiresAt: iso(row.expiresAt),
    lastUsedAt: iso(row.lastUsedAt),
    revokedAt: iso(row.revokedAt),
  };
}
