/** The URI of a database: checked here, since the errors of a parser would quote it, password and all. */
import { StoreError } from "@stepwell/store";
import type { ClientConfig } from "pg";

/** @throws StoreError for what is no URI of PostgreSQL; the text does not repeat it */
export function configOf(uri: string): ClientConfig {
  if (!URL.canParse(uri) || !/^postgres(?:ql)?:$/.test(new URL(uri).protocol))
    throw new StoreError(
      "store_failed",
      "the URI of PostgreSQL is not one: expected postgres://user:password@host:port/database (signs like @ : / in the password written as %40 %3A %2F)",
    );
  return { connectionString: uri };
}

/** Where a database is, for people: host, port and name, without user, password or anything else of the URI. */
export function placeOf(uri: string): string {
  if (!URL.canParse(uri)) return "a URI that is none";
  const { hostname, port, pathname, searchParams } = new URL(uri);
  const host = hostname === "" ? (searchParams.get("host") ?? "localhost") : hostname;
  return `${host}:${port === "" ? (searchParams.get("port") ?? "5432") : port}${pathname === "" ? "/" : pathname}`;
}
