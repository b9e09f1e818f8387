/** The search box: an index made anew every hour (see `hourly-sync`), and what is found in it. */
import { and, asc, count, desc, eq, sql } from "drizzle-orm";
import { type Db, isDuplicate, type OpenDatabase } from "@/db/client.ts";
import { onPostgres } from "@/db/dialect.ts";
import { searchDocuments } from "@/db/schema.ts";
import { selectDocuments } from "@/db/search-documents.ts";
import { hitsOf, searchIndex, toWords } from "@/db/search-index.ts";

export type SearchHit = typeof searchDocuments.$inferSelect;

/** Without `organizationId` everything is searched: for admins only. */
export type SearchOptions = { organizationId?: string | undefined; limit: number };

export interface SearchService {
  /** Says how many documents there are now; what has gone since the last time cannot be found any more. */
  rebuild(): Promise<number>;
  /** What has all words of the query, or words that begin with them; the best first. Takes any text. */
  search(query: string, options: SearchOptions): Promise<SearchHit[]>;
}

export function createSearchService({
  db,
  atomically,
}: Pick<OpenDatabase, "db" | "atomically">): SearchService {
  /** From nothing each time: nothing can be forgotten, and whoever searches meanwhile sees the old index. */
  function makeAnew(): Promise<void> {
    return atomically((tx) => [
      tx.delete(searchDocuments),
      ...selectDocuments(tx).map((documents) => tx.insert(searchDocuments).select(documents)),
      ...(onPostgres ? [] : [tx.delete(searchIndex), tx.insert(searchIndex).select(selectTexts(tx))]),
    ]);
  }

  return {
    async rebuild() {
      try {
        await makeAnew();
      } catch (error) {
        // Somebody else has just done the same.
        if (!isDuplicate(error)) throw error;
      }
      const [documents] = await db.select({ count: count() }).from(searchDocuments);
      return documents?.count ?? 0;
    },
    async search(query, { organizationId, limit }) {
      const words = toWords(query);
      if (words.length === 0) return [];
      const found = await db
        .select({ document: searchDocuments })
        .from(searchDocuments)
        .innerJoin(hitsOf(words), eq(sql`hits.id`, searchDocuments.id))
        .where(organizationId === undefined ? undefined : eq(searchDocuments.organizationId, organizationId))
        .orderBy(desc(sql`hits.rank`), asc(searchDocuments.title), asc(searchDocuments.id))
        .limit(limit);
      return found.map(({ document }) => document);
    },
  };
}

function selectTexts(db: Db) {
  const { id, title, body } = searchDocuments;
  return db.select({ id, title, body }).from(searchDocuments);
}
