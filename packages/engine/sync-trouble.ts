/**
 * Why the last sync of a known app did not work, kept in its row until one works (`AppRow.error`), so that people
 * see it where they look at apps. What the row holds begins with the error's code, by which a cure is found.
 */
import { type AppRow, StepwellError } from "@stepwell/core";
import { appId } from "@stepwell/protocol";
import type { Context } from "./context.ts";

const LONGEST = 2_000;

/** The app that was asked, or that asked. One that is not known has no row, and nobody looks for it. */
export type SyncedApp = { url: string } | { name: string };

/** Does the sync, and writes down what was in its way. Throws what `sync` throws. */
export async function tellingTrouble<R>(
  context: Context,
  about: SyncedApp,
  sync: () => Promise<R>,
): Promise<R> {
  try {
    return await sync();
  } catch (error) {
    if (error instanceof StepwellError) await keepTrouble(context, about, error);
    throw error;
  }
}

/** Writes down why a sync did not work; a store that cannot write loses no more than this. */
export async function keepTrouble(context: Context, about: SyncedApp, error: StepwellError): Promise<void> {
  // Another environment has asked for the app's place: nothing is wrong with the app that has it.
  if (error.code === "environment_conflict") return;
  const text = `${error.code}: ${error.message}`.slice(0, LONGEST);
  try {
    for (const app of await context.options.store.read.apps())
      if (isMeant(app, about) && app.error !== text) await write(context, app, text);
  } catch (cause) {
    const message = `the trouble of a sync is not kept: ${String(cause)}`;
    context.options.log({ level: "warn", event: "sync.trouble", message });
  }
}

function isMeant(app: AppRow, about: SyncedApp): boolean {
  return "url" in about ? app.url === about.url : app.id === appId(about.name.trim());
}

/** A sync that has worked meanwhile knows better. */
async function write(context: Context, { id, syncedAt, error }: AppRow, text: string): Promise<void> {
  await context.commit({ app: id }, ({ app: { app } }) => {
    if (app === null || app.syncedAt !== syncedAt || app.error !== error) return { write: [], reply: null };
    return { write: [{ update: "apps", key: { id }, set: { error: text } }], reply: null };
  });
}
