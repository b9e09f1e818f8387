/** The same run in a terminal. */
import { apiBase, routes, type SessionView } from "@stepwell/api/dashboard";
import { boot } from "../../data/boot.ts";

export function commandOf(runId: string): string {
  return `stepwell run ${runId}`;
}

/** Asks the API for the run with its steps; with a key, except where the server is open. */
export function curlOf(runId: string, mode: SessionView["mode"]): string {
  const url = `${location.origin}${boot.base}${apiBase}${routes.getRunTrace.path.replace(":id", runId)}`;
  return mode === "dev" ? `curl ${url}` : `curl -H "authorization: Bearer $STEPWELL_API_KEY" ${url}`;
}
