/**
 * What PostgreSQL says of a failed query, and no more. Drizzle's error has the query with its values in
 * it, the driver's the row that was refused: password hashes, session tokens, addresses. Errors get into
 * logs, mails and the job server's history. (SQLite's driver says nothing of values.)
 */
import { DrizzleQueryError } from "drizzle-orm";

type Query = { execute(...given: unknown[]): Promise<unknown> };
type Session = { prepareQuery(...given: unknown[]): Query };

/** Every query of a Drizzle database goes through its session; of its transactions, through ones of their own. */
export function plainErrorsOf(session: unknown): void {
  const all = session as Session;
  const prepare = all.prepareQuery.bind(all);
  all.prepareQuery = (...given) => {
    const query = prepare(...given);
    const execute = query.execute.bind(query);
    query.execute = (...values) => execute(...values).catch(throwPlain);
    return query;
  };
}

/** Keeps the code, by which callers tell errors apart. */
export function throwPlain(error: unknown): never {
  if (!(error instanceof DrizzleQueryError)) throw error;
  const { message = "", code } = error.cause as Error & { code?: string };
  // Node says nothing where all addresses of a host refuse, but for the code.
  throw Object.assign(new Error(message || `The database does not answer (${code})`), { code });
}
