import { expect, test } from "vitest";
import { whyNot } from "./bulk-rules.ts";

const total = (count: number) => ({ total: { count, capped: false } });

test("few runs are confirmed by the button, many by typing their number", () => {
  expect(whyNot(total(0), "")).toContain("no run");
  expect(whyNot(total(100), "")).toBeNull();
  expect(whyNot(total(101), "")).toContain("101");
  expect(whyNot(total(101), "100")).toContain("101");
  expect(whyNot(total(101), " 101 ")).toBeNull();
  expect(whyNot(total(12_345), "12,345")).toBeNull();
});
