/** What a caller sees of a query that fails; and two processes that start at once. */
import { inspect } from "node:util";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { isDuplicate, type OpenDatabase, openDatabase } from "./client.ts";
import { onPostgres } from "./dialect.ts";
import { openEmptyDatabase } from "./fixtures/empty-database.ts";
import { createPostgresDatabase } from "./fixtures/postgres-database.ts";
import { organizations } from "./schema.ts";

const secret = "the scrypt hash of somebody";
const row = { id: "org_1", name: secret, createdAt: new Date() };
const unnamed = { ...row, id: secret, name: null as unknown as string };

const failureOf = (query: PromiseLike<unknown>): Promise<unknown> =>
  Promise.resolve(query).then(
    () => undefined,
    (error: unknown) => error,
  );

describe("a query that fails", () => {
  let database: OpenDatabase;
  beforeAll(async () => {
    database = await openEmptyDatabase();
    await database.db.insert(organizations).values(row);
  });
  afterAll(() => database.close());

  it.each<[string, (db: OpenDatabase) => PromiseLike<unknown>]>([
    ["an insert of what is there", ({ db }) => db.insert(organizations).values(row)],
    ["an insert without a column", ({ db }) => db.insert(organizations).values(unnamed)],
    ["a select", ({ db }) => db.select().from(organizations).where(sql`no_such_column = ${secret}`)],
    ["a write of several", ({ atomically }) => atomically((tx) => [tx.insert(organizations).values(row)])],
  ])("says why, and neither the query nor its values: %s", async (_what, run) => {
    const error = await failureOf(run(database));
    expect(error).toBeInstanceOf(Error);
    expect((error as Error).message).toMatch(/constraint|column/);
    // As a log prints it: with stack, causes and own properties.
    const printed = inspect(error, { depth: 9, showHidden: true });
    expect(printed).not.toContain(secret);
    expect(printed).not.toMatch(/insert into|select .* from/i);
  });

  it("can still be told apart", async () => {
    expect(isDuplicate(await failureOf(database.db.insert(organizations).values(row)))).toBe(true);
    expect(isDuplicate(await failureOf(database.db.insert(organizations).values(unnamed)))).toBe(false);
  });
});

describe.runIf(onPostgres)("on PostgreSQL", () => {
  it("two processes that start at once on an empty database both get its tables", async () => {
    const { url, drop } = await createPostgresDatabase(inject("postgresUri"));
    const both = [openDatabase(url), openDatabase(url)];
    await Promise.all(both.map((database) => database.migrate()));
    for (const { db } of both) expect(await db.select().from(organizations)).toEqual([]);
    await Promise.all(both.map((database) => database.close()));
    await drop();
  });

  it("a server that is away is an error with a reason", async () => {
    const away = openDatabase("postgres://nobody:geheim@127.0.0.1:1/nothing");
    for (const ask of [() => away.db.select().from(organizations), () => away.migrate()]) {
      const error = await failureOf(ask());
      expect((error as Error).message).toBe("connect ECONNREFUSED 127.0.0.1:1");
      expect(inspect(error, { depth: 9, showHidden: true })).not.toContain("geheim");
    }
    await away.close();
  });
});
