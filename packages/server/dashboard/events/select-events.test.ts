import type { EventFilter, Reads, StoredEvent } from "@stepwell/store";
import { expect, test } from "vitest";
import { findEvents } from "./select-events.ts";

/** Sixty events, newest first, whose data has so many bytes each. */
function readOf(bytes: number): { read: Reads; limits: number[] } {
  const limits: number[] = [];
  const text = "x".repeat(bytes);
  const events = async ({ cursor, limit }: EventFilter) => {
    limits.push(limit);
    const first = cursor === undefined ? 0 : Number(cursor) + 1;
    const end = Math.min(60, first + limit);
    const rows = Array.from({ length: end - first }, (_, n): StoredEvent => {
      const id = String(first + n);
      const row = {
        id,
        externalId: id,
        name: "e",
        ts: 1,
        receivedAt: 1,
        internal: false,
        seq: 60 - first - n,
      };
      return { row, body: { data: { text } } };
    });
    return { rows, cursor: end < 60 ? String(end - 1) : null };
  };
  return { read: { events } as unknown as Reads, limits };
}

test.each([
  ["small", 10, [20, 20, 20]],
  ["large", 1_000_000, [20, ...Array(8).fill(4)]],
])("a page is read in parts, which are smaller where payloads are large: %s", async (_, bytes, wanted) => {
  const { read, limits } = readOf(bytes);
  const found = await findEvents({ limit: 50 }, read, 5);
  expect(found.rows.map(({ row }) => row.id)).toEqual(Array.from({ length: 50 }, (__, n) => String(n)));
  expect(found.cursor).toBe("49");
  expect(limits).toEqual(wanted);
});
