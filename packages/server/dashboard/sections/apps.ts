/** Apps: the list with what is in the way of their syncs, adding one, and syncing one again. */

import type { AppLine, SyncOutcome } from "@stepwell/api/dashboard";
import type { appsSchemas } from "@stepwell/api/dashboard/schemas";
import { type AppRow, type FunctionRow, StepwellError } from "@stepwell/core";
import type { Engine } from "@stepwell/engine";
import { isoTime } from "../../reply.ts";
import { readAppUrl, shownUrl } from "../apps/app-url.ts";
import { troubleOf, withCure } from "../apps/cures.ts";
import type { Handlers } from "../call.ts";

export const appsHandlers: Handlers<keyof typeof appsSchemas> = {
  async listApps({ engine: { read } }) {
    const [apps, functions] = await Promise.all([read.apps(), read.functions()]);
    const lines = apps.map((app) => appLine(app, functions));
    return { data: lines.sort((a, b) => (a.name < b.name ? -1 : 1)) };
  },

  async addApp({ engine, body }) {
    const url = readAppUrl(body.url);
    const outcome = await syncFrom(engine, url);
    return { data: outcome, target: `app ${shownUrl(url)}`, detail: { result: outcome.result } };
  },

  async syncApp({ engine, params }) {
    const app = (await engine.read.apps()).find(({ id }) => id === params.id);
    if (app === undefined) throw new StepwellError("not_found", "There is no app with this id.");
    const outcome = await syncFrom(engine, app.url);
    const detail = { result: outcome.result, url: shownUrl(app.url) };
    return { data: outcome, target: `app ${app.name}`, detail };
  },
};

/** @throws StepwellError with the cure in its words */
async function syncFrom(engine: Engine, url: string): Promise<SyncOutcome> {
  try {
    const synced = await engine.syncUrl(url);
    if ("outOfBand" in synced) return { result: "pending", functions: null, appId: null };
    const { modified, functions, appId } = synced;
    return { result: modified ? "synced" : "unchanged", functions, appId };
  } catch (error) {
    throw error instanceof StepwellError ? withCure(error) : error;
  }
}

function appLine(app: AppRow, functions: readonly FunctionRow[]): AppLine {
  const { id, name, url, framework, platform, appVersion } = app;
  return {
    id,
    name,
    url,
    sdk: app.sdk.replace(":", " "),
    framework,
    platform,
    appVersion,
    functions: functions.filter((fn) => fn.appId === id && !fn.archived).length,
    syncedAt: isoTime(app.syncedAt),
    error: troubleOf(app.error),
  };
}
