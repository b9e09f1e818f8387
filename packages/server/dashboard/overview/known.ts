/** What the parts of the overview go by: read once, for one app or for all. */
import type { AppName, FunctionName } from "@stepwell/api/dashboard";
import { type AppRow, type FunctionId, type FunctionRow, StepwellError } from "@stepwell/core";
import type { Reads } from "@stepwell/store";
import { functionName } from "../../render/v2.ts";

export interface Known {
  /** Of the app, or all. */
  apps: readonly AppRow[];
  /** Of these apps, those that have left them, too. */
  functions: readonly FunctionRow[];
  /** Null: of all apps. */
  ids: ReadonlySet<FunctionId> | null;
  fn(id: FunctionId): FunctionRow | undefined;
  functionName(id: FunctionId): FunctionName;
  appName(id: FunctionId): AppName;
}

/** @throws StepwellError `not_found`: no app has this id */
export async function readKnown(read: Reads, appId: string | undefined): Promise<Known> {
  const [allApps, allFunctions] = await Promise.all([read.apps(), read.functions()]);
  const apps = appId === undefined ? allApps : allApps.filter(({ id }) => id === appId);
  if (appId !== undefined && apps.length === 0)
    throw new StepwellError("not_found", "There is no app with this id. It may have been removed.");
  const functions = appId === undefined ? allFunctions : allFunctions.filter((fn) => fn.appId === appId);
  const byId = new Map(functions.map((fn) => [fn.id, fn]));
  const appOf = new Map(allApps.map((app) => [app.id, app]));
  return {
    apps,
    functions,
    ids: appId === undefined ? null : new Set(byId.keys()),
    fn: (id) => byId.get(id),
    functionName: (id) => functionName(id, { fn: (one) => byId.get(one) }),
    appName: (id) => {
      const own = byId.get(id)?.appId ?? "";
      return { id: own, name: appOf.get(own)?.name ?? "" };
    },
  };
}
