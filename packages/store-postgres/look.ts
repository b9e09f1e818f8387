/** What `stepwell doctor` wants to know of a database, without changing anything in it or waiting for anybody. */
import { openLink } from "./driver.ts";
import { readHolder } from "./hold.ts";
import { checkVersion } from "./open-store.ts";
import { asStoreError } from "./postgres-error.ts";
import { configOf } from "./uri.ts";

export interface DatabaseSeen {
  version: string;
  /** The engine that has the schema now, in words; null: none. */
  holder: string | null;
  /** Whether the tables are there. */
  isMade: boolean;
  /** URLs of the apps that are known there. */
  appUrls: string[];
}

const sql = {
  version: "select current_setting('server_version') as version",
  made: "select 1 from pg_catalog.pg_tables where schemaname = $1 and tablename = 'apps'",
  apps: "select url from {apps} order by name, id",
} as const;

/**
 * Opens one connection and closes it again.
 * @throws StoreError as `openPostgresStore` does, but for `store_locked`
 */
export async function lookAtDatabase(uri: string, schema = "stepwell"): Promise<DatabaseSeen> {
  const link = await openLink({ config: configOf(uri), schema, prepare: false });
  try {
    await checkVersion(link);
    const [version] = await link.once(sql.version);
    const holder = await readHolder(link, schema);
    const isMade = (await link.once(sql.made, schema)).length > 0;
    const apps = isMade ? await link.once(sql.apps) : [];
    return {
      version: String(version?.["version"]),
      holder: holder?.words ?? null,
      isMade,
      appUrls: apps.map(({ url }) => String(url)),
    };
  } catch (error) {
    throw asStoreError(error);
  } finally {
    await link.close();
  }
}
