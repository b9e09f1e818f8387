import type { Page } from "@stepwell/store";
import { describe, expect, it } from "vitest";
import { countList, type Listed, searchList } from "./search.ts";

const FAR = { rows: 1_000_000, ms: 60_000 };

/** The numbers below `size`, counting up, of which one in `every` matches. */
function numbers(size: number, every: number): Listed<number> & { looked: number; pages: number } {
  const list = {
    looked: 0,
    pages: 0,
    async page(cursor: string | undefined, limit: number): Promise<Page<number>> {
      list.pages += 1;
      const first = cursor === undefined ? 0 : Number(cursor) + 1;
      const rows = Array.from({ length: Math.min(limit, size - first) }, (_, n) => first + n);
      return { rows, cursor: first + rows.length < size ? String(rows.at(-1)) : null };
    },
    idOf: String,
    matches(row: number): boolean {
      list.looked += 1;
      return row % every === 0;
    },
  };
  return list;
}

/** All pages, one after the other, as a client reads them. */
async function all(list: Listed<number>, limit: number, bound = FAR): Promise<number[][]> {
  const pages: number[][] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await searchList(list, cursor, limit, bound);
    pages.push(page.rows);
    if (page.cursor === null) return pages;
    cursor = page.cursor;
  }
}

describe("a search over a long list", () => {
  it("fills a page, and goes on behind its last row", async () => {
    expect(await all(numbers(50, 10), 2)).toEqual([[0, 10], [20, 30], [40]]);
    expect(await all(numbers(41, 10), 5)).toEqual([[0, 10, 20, 30, 40]]);
    expect(await all(numbers(0, 1), 5)).toEqual([[]]);
  });

  it("looks at no more rows than it may in one request, and its cursor goes on from there", async () => {
    const list = numbers(1_000_000, 700_000);
    const bound = { rows: 1_000, ms: 60_000 };
    const first = await searchList(list, "10", 5, bound);
    expect(first).toEqual({ rows: [], cursor: "1010", stoppedAt: 1010 });
    expect(list.looked).toBe(1_000);
    expect((await all(numbers(5_000, 700), 100, bound)).flat()).toEqual([
      0, 700, 1400, 2100, 2800, 3500, 4200, 4900,
    ]);
  });

  it("says where it stopped only when the page is not full", async () => {
    expect(await searchList(numbers(50, 10), undefined, 2, FAR)).toMatchObject({
      cursor: "10",
      stoppedAt: null,
    });
    expect(await searchList(numbers(5, 10), undefined, 2, FAR)).toMatchObject({
      cursor: null,
      stoppedAt: null,
    });
  });

  it("stops when its time is over", async () => {
    const list = numbers(1_000_000, 700_000);
    const { cursor } = await searchList(list, undefined, 5, { rows: 1_000_000, ms: 0 });
    expect(cursor).toBe("0");
    expect(list.looked).toBe(1);
  });

  it("lets others in while it goes on", async () => {
    let turns = 0;
    let goesOn = true;
    const turn = (): void => {
      turns += 1;
      if (goesOn) setImmediate(turn);
    };
    setImmediate(turn);
    const list = numbers(4_000, 30_000);
    const slow = { ...list, matches: (row: number) => JSON.stringify(Array(2_000).fill(row)) === "" };
    await searchList(slow, undefined, 5, FAR);
    goesOn = false;
    expect(turns).toBeGreaterThan(10);
  });
});

describe("a total", () => {
  it("counts all that match, or says that it stopped", async () => {
    const far = { total: 101, totalExact: true, looked: 1_001 };
    expect(await countList(numbers(1_001, 10), FAR)).toEqual(far);
    const stopped = { total: 50, totalExact: false, looked: 500 };
    expect(await countList(numbers(1_001, 10), { rows: 500, ms: 60_000 })).toEqual(stopped);
    const whole = { total: 50, totalExact: true, looked: 500 };
    expect(await countList(numbers(500, 10), { rows: 500, ms: 60_000 })).toEqual(whole);
  });
});
