/**
 * The index over `search_documents`. Full text search is what the two databases say differently; all of
 * it is here and in the migrations: FTS5 in SQLite, a `tsvector` column with a GIN index in PostgreSQL.
 */
import { type SQL, sql } from "drizzle-orm";
import { sqliteTable, text } from "drizzle-orm/sqlite-core";
import { onPostgres } from "./dialect.ts";

/** In SQLite only: PostgreSQL's column follows its row by itself. */
export const searchIndex = sqliteTable("search_index", {
  id: text("id"),
  title: text("title"),
  body: text("body"),
});

/**
 * Documents that have all of these words, or words that begin with them, as a table "hits" of `id` and
 * `rank` (more is better). The words are letters and digits, as `toWords` makes them.
 */
export function hitsOf(words: string[]): SQL {
  return onPostgres ? hitsInPostgres(words) : hitsInSqlite(words);
}

function hitsInSqlite(words: string[]): SQL {
  const wanted = words.map((word) => `"${word}"*`).join(" ");
  // The weights of the columns: id, title, body. Better is less there.
  return sql`(select id, -bm25(search_index, 0, 5, 1) as rank from search_index
    where search_index match ${wanted}) as hits`;
}

function hitsInPostgres(words: string[]): SQL {
  const wanted = words.map((word) => `'${word}':*`).join(" & ");
  return sql`(select id, ts_rank(words, wanted) as rank
    from search_documents, to_tsquery('simple', ${wanted}) as wanted where words @@ wanted) as hits`;
}

const MOST_WORDS = 16;
const LONGEST_WORD = 64;

/** What of an input can be searched for: its first words, without accents and signs. */
export function toWords(input: string): string[] {
  const plain = input.normalize("NFD").replaceAll(/[\u0300-\u036f]/g, "");
  const words =
    plain
      .normalize("NFC")
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.slice(0, MOST_WORDS).map((word) => [...word].slice(0, LONGEST_WORD).join(""));
}
