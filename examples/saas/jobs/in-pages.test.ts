import { NonRetriableError } from "inngest";
import { describe, expect, it, vi } from "vitest";
import { inPages, toPages } from "./in-pages.ts";

const listIds = (count: number) => Array.from({ length: count }, (_, n) => `id_${n}`);

/** Work in which those that `fails` names come to nothing. */
async function work(count: number, fails: (id: string) => boolean = () => false) {
  const act = async (ids: string[]) => {
    const failed = ids.filter(fails).length;
    return { done: ids.length - failed, failed };
  };
  const here = vi.fn(act);
  const invoke = vi.fn((ids: string[], _page: number) => act(ids));
  const done = await inPages({ ids: listIds(count), here, invoke });
  return { done, here: here.mock.calls, pages: invoke.mock.calls };
}

describe("work in pages", () => {
  it.each([0, 1, 500])("is done by the run itself for %d ids", async (count) => {
    expect(await work(count)).toEqual({ done: count, here: [[listIds(count)]], pages: [] });
  });

  it.each([501, 2_500])("is handed on in pages for %d ids, each id once", async (count) => {
    const { done, here, pages } = await work(count);
    expect(done).toBe(count);
    expect(here).toEqual([]);
    expect(pages.flatMap(([ids]) => ids)).toEqual(listIds(count));
    expect(pages.map(([, page]) => page)).toEqual(pages.map((_, index) => index + 1));
  });

  it.each([1, 500, 501])("fails, and for good, when all of %d failed", async (count) => {
    const end = work(count, () => true);
    await expect(end).rejects.toThrow(`None of ${count} succeeded: each step says why`);
    await expect(end).rejects.toBeInstanceOf(NonRetriableError);
  });

  it.each([2, 501])("counts what was done when one of %d did not fail", async (count) => {
    expect((await work(count, (id) => id !== "id_0")).done).toBe(1);
  });

  it.each([501, 2_500, 25_000, 25_001, 100_000])(
    "never gives a run more than 500 steps, for %d ids",
    (count) => {
      const pages = toPages(listIds(count));
      expect(pages.length).toBeLessThanOrEqual(500);
      expect(Math.max(...pages.map(({ length }) => length))).toBeLessThanOrEqual(500);
      expect(pages.flat()).toHaveLength(count);
    },
  );
});
