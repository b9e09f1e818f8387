import type { RunLine } from "@stepwell/api/dashboard";
import { expect, test } from "vitest";
import { neighbour, type ReadRuns } from "./neighbours.ts";

/** A server that pages by two and knows times only: runs of one instant all come. */
function reader(runs: { id: string; at: number }[]): ReadRuns {
  const iso = (at: number) => new Date(at).toISOString();
  return async ({ q, cursor }) => {
    const [, field = "", text = ""] = / (since|until):(\S+)/.exec(q) ?? [];
    const bound = Date.parse(text);
    const found = runs
      .filter(({ at }) => (field === "since" ? at >= bound : at < bound))
      .sort((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1));
    const from = cursor === undefined ? 0 : Number(cursor);
    const next = from + 2 < found.length ? String(from + 2) : null;
    const data = found.slice(from, from + 2).map(({ id, at }) => ({ id, queuedAt: iso(at) }) as RunLine);
    return { data, page: { next, limit: 2 }, meta: { asOf: iso(0) } };
  };
}
const runs = [1, 2, 3, 4, 5, 6].map((n) => ({ id: `r${n}`, at: n * 1000 }));
const run = (id: string, at: number) => ({
  id,
  queuedAt: new Date(at).toISOString(),
  function: { id: "f", name: "f", slug: "f" },
});

test("the neighbours of a run are those queued just before and after it", async () => {
  expect(await neighbour(run("r3", 3000), "older", reader(runs))).toBe("r2");
  expect(await neighbour(run("r3", 3000), "newer", reader(runs))).toBe("r4");
  expect(await neighbour(run("r1", 1000), "older", reader(runs))).toBeNull();
  expect(await neighbour(run("r6", 6000), "newer", reader(runs))).toBeNull();
});

test("runs of one instant are told apart", async () => {
  const twins = ["a", "b", "c"].map((id) => ({ id, at: 1000 }));
  expect(await neighbour(run("b", 1000), "older", reader(twins))).toBe("a");
  expect(await neighbour(run("b", 1000), "newer", reader(twins))).toBe("c");
});

test("it does not look for ever", async () => {
  const many = Array.from({ length: 100 }, (_, n) => ({ id: `r${n}`, at: 1000 + n }));
  expect(await neighbour(run("r0", 1000), "newer", reader(many))).toBeNull();
});
