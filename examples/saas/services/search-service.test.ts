import { eq } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { OpenDatabase } from "@/db/client.ts";
import { openEmptyDatabase } from "@/db/fixtures/empty-database.ts";
import { invoices, organizations, reports, uploads, users } from "@/db/schema.ts";
import { seedDemo } from "@/db/seed.ts";
import { titleOf } from "@/documents/report-data.ts";
import { createSearchService, type SearchService } from "./search-service.ts";

const at = new Date("2026-03-31T12:00:00Z");

let database: OpenDatabase;
let search: SearchService;

async function openWithRows() {
  database = await openEmptyDatabase();
  await seedDemo(database.db, at);
  await database.db.insert(reports).values({
    id: "rep_1",
    organizationId: "org_northwind",
    reportType: "billing",
    startDay: "2026-03-01",
    endDay: "2026-03-31",
    status: "ready",
    createdAt: at,
  });
  await database.db.insert(invoices).values({
    id: "inv_1",
    number: "2026-000007",
    subscriptionId: "sub_halyard",
    month: "2026-02",
    amountCents: 2900,
    createdAt: at,
  });
  await addUpload("upl_1", "Über-Müller_Tea prices.pdf");
  search = createSearchService(database);
  await search.rebuild();
}

async function addUpload(id: string, fileName: string, organizationId = "org_northwind") {
  const row = { id, organizationId, fileName, filePath: `uploads/${id}`, sizeBytes: 1, createdAt: at };
  await database.db.insert(uploads).values(row);
}

async function idsOf(query: string, organizationId?: string) {
  const found = await search.search(query, { organizationId, limit: 20 });
  return found.map(({ id }) => id);
}

describe("searching", () => {
  beforeAll(openWithRows);
  afterAll(() => database.close());

  it.each([
    ["the name of an organization", "halyard logistics", "organization:org_halyard"],
    ["a person's name", "Ines", "person:usr_ines"],
    ["a part of an e-mail address", "ben@northwind", "person:usr_ben"],
    ["a kind of report", "billing", "report:rep_1"],
    ["a day of a report", "2026-03-31", "report:rep_1"],
    ["an invoice's number", "2026-000007", "invoice:inv_1"],
    ["a part of an invoice's number", "000007", "invoice:inv_1"],
    ["the beginning of a word", "mü", "upload:upl_1"],
    ["a word without its accents", "muller", "upload:upl_1"],
    ["words in another order and case", "PRICES über", "upload:upl_1"],
  ])("finds by %s", async (_by, query, id) => {
    expect(await idsOf(query)).toContain(id);
  });

  it("tells all about a hit", async () => {
    expect(await search.search("000007", { limit: 1 })).toEqual([
      {
        id: "invoice:inv_1",
        kind: "invoice",
        organizationId: "org_halyard",
        title: "Invoice 2026-000007",
        body: "2026-02, Halyard Logistics",
        path: "/organizations/org_halyard#invoices",
      },
    ]);
    const [report] = await search.search("billing", { limit: 1 });
    expect(report?.title).toBe(titleOf("billing"));
  });

  it("needs every word", async () => {
    expect(await idsOf("ben halyard")).toEqual([]);
    expect(await idsOf("tom halyard")).toEqual(["person:usr_tom"]);
  });

  it("shows what is called so before what only mentions it, and no more than wanted", async () => {
    const found = await idsOf("northwind");
    expect(found[0]).toBe("organization:org_northwind");
    expect(found.length).toBeGreaterThan(3);
    expect(await search.search("northwind", { limit: 2 })).toHaveLength(2);
  });

  it("keeps to one organization for a member, and finds everything for an admin", async () => {
    expect(await idsOf("tea", "org_halyard")).toEqual([]);
    expect(await idsOf("halyard", "org_northwind")).toEqual([]);
    const all = await search.search("example", { limit: 50 });
    expect(new Set(all.map(({ organizationId }) => organizationId)).size).toBe(3);
    const own = await search.search("example", { organizationId: "org_northwind", limit: 50 });
    expect(new Set(own.map(({ organizationId }) => organizationId))).toEqual(new Set(["org_northwind"]));
  });
});

describe("whatever is typed", () => {
  beforeAll(openWithRows);
  afterAll(() => database.close());

  it.each([
    ["nothing", ""],
    ["spaces", " \t\n"],
    ["signs", `"'*():^-+&|!<->~\\%_;--`],
    ["a zero byte", "\0"],
    ["half a character", "\ud800"],
    ["an accent without a letter", "\u0301"],
  ])("%s finds nothing", async (_what, query) => {
    expect(await idsOf(query)).toEqual([]);
  });

  it.each([
    ["an open quote", '"tea'],
    ["operators", "tea AND OR NOT NEAR(tea, 2)"],
    ["a column", "title:tea"],
    ["operators of PostgreSQL", "tea & !northwind | <-> (x:*)"],
    ["SQL", "'; drop table search_documents; --"],
    ["a star first", "*tea"],
    ["new letters", "𞤀𞤁 한국어 हिन्दी ไทย 日本"],
    ["a word of 10,000 letters", "x".repeat(10_000)],
    ["10,000 characters of words", "tea ".repeat(2_500)],
  ])("%s is no error", async (_what, query) => {
    await expect(idsOf(query)).resolves.toBeInstanceOf(Array);
    expect(await idsOf("tea", "org_northwind")).toHaveLength(4 + 1);
  });
});

describe("making the index anew", () => {
  beforeEach(openWithRows);
  afterEach(() => database.close());

  it("changes nothing when nothing has changed", async () => {
    const before = await search.search("example", { limit: 50 });
    expect(await search.rebuild()).toBe(3 + 5 + 1 + 1 + 1);
    expect(await search.rebuild()).toBe(11);
    expect(await search.search("example", { limit: 50 })).toEqual(before);
  });

  it("finds what has come, under its new name what has changed, and not what has gone", async () => {
    const { db } = database;
    await addUpload("upl_2", "harvest.csv", "org_fernhill");
    await db
      .update(organizations)
      .set({ name: "Southwind Coffee" })
      .where(eq(organizations.id, "org_northwind"));
    await db.delete(users).where(eq(users.id, "usr_tom"));
    await db.delete(uploads).where(eq(uploads.id, "upl_1"));
    expect(await search.rebuild()).toBe(10);
    expect(await idsOf("harvest")).toEqual(["upload:upl_2"]);
    expect((await idsOf("southwind"))[0]).toBe("organization:org_northwind");
    expect(await idsOf("northwind tea")).toEqual([]);
    expect(await idsOf("tom")).toEqual([]);
    expect(await idsOf("prices")).toEqual([]);
  });

  it("by two at once is no error", async () => {
    const counts = await Promise.all([search.rebuild(), search.rebuild(), search.rebuild()]);
    expect(counts).toEqual([11, 11, 11]);
    expect(await idsOf("prices")).toEqual(["upload:upl_1"]);
  });

  it("is all or nothing", async () => {
    const broken = createSearchService({
      db: database.db,
      atomically: (build) =>
        database.atomically((tx) => [
          ...build(tx),
          tx.insert(uploads).values({ ...({} as typeof uploads.$inferInsert), id: "no-organization" }),
        ]),
    });
    await addUpload("upl_2", "harvest.csv");
    await expect(broken.rebuild()).rejects.toThrow();
    expect(await idsOf("harvest")).toEqual([]);
    expect(await idsOf("prices")).toEqual(["upload:upl_1"]);
  });
});
