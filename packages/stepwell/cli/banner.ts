/** What a server says in a terminal once it is ready. */
import { relative } from "node:path";
import type { Stepwell } from "../start-stepwell.ts";
import { readVersion } from "../version.ts";
import { colors as pc } from "./colors.ts";

/** @param config the config file; null: there is none */
export function banner(
  { url, settings, file, database }: Stepwell,
  config: string | null,
  readyMs: number,
): string {
  const store =
    database !== null
      ? `PostgreSQL, ${database}`
      : file === null
        ? "in memory, gone when it stops"
        : `${relative(process.cwd(), file) || file} (SQLite, WAL, ${settings.durability === "full" ? "fsync each commit" : "fsync now and then"})`;
  const rows: [string, string][] = [
    ["server", pc.cyan(url)],
    ...(settings.dashboard ? [["dashboard", pc.cyan(`${url}/`)] as [string, string]] : []),
    ["data", store],
    ...(config === null ? [] : [["config", relative(process.cwd(), config)] as [string, string]]),
    ["events", settings.mode === "dev" ? "any key is taken" : `${settings.eventKeys.length} keys`],
    ...settings.sdkUrls.map((app): [string, string] => ["app", app]),
  ];
  if (settings.mode === "dev" && settings.sdkUrls.length === 0)
    rows.push([
      "apps",
      settings.discovery
        ? `looked for on the usual ports of this machine; start yours with INNGEST_DEV=${url}`
        : `start yours with INNGEST_DEV=${url}, or name it with --sdk-url`,
    ]);
  const lines = rows.map(([name, value]) => `  ${pc.dim(name.padEnd(10))}${value}`);
  const title = `  ${pc.bold("Stepwell")} ${readVersion()} ${pc.dim(`${settings.mode}, ready in ${readyMs} ms`)}`;
  return `\n${title}\n\n${lines.join("\n")}\n\n`;
}
