/**
 * The data itself, for commands that give access: they work where no server has it, since who can open the data
 * may do everything anyway. With a server, the same is done under Settings in its dashboard.
 */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { AccessStore } from "@stepwell/server";
import type { Command } from "commander";
import { makeDataFolder } from "../data-folder.ts";
import { CliError, exit } from "./exit.ts";
import { addFlags, type Flags } from "./flags.ts";
import { readOptions } from "./options.ts";
import { configFlag, startFlags } from "./server-flags.ts";

/** Flags that say where the data is: those of `start`. */
export function addStoreFlags(command: Command): void {
  const { dir, postgresUri } = startFlags;
  const flags: Flags = { config: configFlag };
  if (dir !== undefined) flags.dir = dir;
  if (postgresUri !== undefined) flags.postgresUri = postgresUri;
  addFlags(command, flags);
}

interface How {
  /** A new folder is made where there is none. */
  mayMake: boolean;
}

/**
 * Runs `work` on the data that a command is meant for.
 * @throws CliError `conflict` when a server has it, `notFound` when there is none
 */
export async function withStore<T>(
  command: Command,
  { mayMake }: How,
  work: (store: AccessStore) => Promise<T>,
): Promise<T> {
  const { told } = await readOptions(command, "start", { env: process.env, cwd: process.cwd() });
  const uri = (told.postgresUri?.value ?? null) as string | null;
  const dir = resolve((told.dir?.value ?? ".stepwell") as string);
  const store = await open(dir, uri, mayMake);
  try {
    await store.migrate();
    const { createChance, createClock } = await import("@stepwell/engine");
    const clock = await createClock(store);
    const chance = createChance();
    return await work({
      read: store.read,
      now: () => clock.now(),
      newId: () => chance.id(clock.now()),
      commit: (ask, decide) => {
        const now = clock.now();
        return store.commit(ask, now, (seen) =>
          decide(seen, { now, id: () => chance.id(now), roll: () => chance.roll() }),
        );
      },
    });
  } finally {
    await store.close();
  }
}

async function open(dir: string, uri: string | null, mayMake: boolean) {
  try {
    if (uri !== null) {
      const { openPostgresStore } = await import("@stepwell/store-postgres");
      return await openPostgresStore({ uri, hold: true });
    }
    const file = join(dir, "main.db");
    if (!mayMake && !existsSync(file))
      throw new CliError(exit.notFound, `there is no data in ${dir}. Name its folder with --sqlite-dir.`);
    makeDataFolder(dir);
    const { openSqliteStore } = await import("@stepwell/store-sqlite");
    return await openSqliteStore({ file, durability: "full" });
  } catch (error) {
    if ((error as { code?: unknown }).code !== "store_locked") throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw new CliError(
      exit.conflict,
      `${message}\nWhile a server runs, an admin does this in its dashboard, under Settings; or stop it first.`,
    );
  }
}
