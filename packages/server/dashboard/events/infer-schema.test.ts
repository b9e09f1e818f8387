import type { Json, JsonObject } from "@stepwell/core";
import { describe, expect, it, test } from "vitest";
import { inferSchema } from "./infer-schema.ts";

const $schema = "https://json-schema.org/draft/2020-12/schema";
const of = (...samples: Json[]): JsonObject => {
  const { $schema: dialect, ...rest } = inferSchema(samples) ?? {};
  expect(dialect).toBe($schema);
  return rest;
};

describe("a schema of what was seen", () => {
  test("types, and what all had", () => {
    expect(of({ id: "a", total: 5, paid: true }, { id: "b", total: 5.5, note: null })).toEqual({
      type: "object",
      properties: {
        id: { type: "string" },
        total: { type: "number" },
        paid: { type: "boolean" },
        note: { type: "null" },
      },
      required: ["id", "total"],
    });
  });
  test("several types at one place", () => {
    expect(of({ a: 1 }, { a: null }, { a: "x" })).toMatchObject({
      properties: { a: { type: ["string", "integer", "null"] } },
    });
  });
  test("lists and objects in them; what one item has not is not required", () => {
    expect(of({ items: [{ sku: "a", n: 1 }, { sku: "b" }] }, { items: [] })).toEqual({
      type: "object",
      required: ["items"],
      properties: {
        items: {
          type: "array",
          items: {
            type: "object",
            properties: { sku: { type: "string" }, n: { type: "integer" } },
            required: ["sku"],
          },
        },
      },
    });
  });
  test("no samples: none", () => {
    expect(inferSchema([])).toBeNull();
    expect(of({})).toEqual({ type: "object" });
  });
});

describe("hostile data", () => {
  it("ends at a depth", () => {
    let deep: Json = 1;
    for (let i = 0; i < 480; i += 1) deep = { a: deep };
    const depth = (schema: Json, at = 0): number => {
      const next = (schema as { properties?: { a?: Json } }).properties?.a;
      return next === undefined ? at : depth(next, at + 1);
    };
    expect(depth(of(deep))).toBe(5);
  });
  it("keeps names like __proto__ as names", () => {
    const data = JSON.parse('{"__proto__":{"polluted":true},"constructor":1,"a\\u0000b":"\\u0007"}');
    const { properties } = of(data) as { properties: JsonObject };
    expect(Object.keys(properties)).toEqual(["__proto__", "constructor", "a\u0000b"]);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    expect(JSON.parse(JSON.stringify(properties))["constructor"]).toEqual({ type: "integer" });
  });
  it("reads at most 200 properties and 100 items, and claims nothing about the rest", () => {
    const wide = Object.fromEntries(Array.from({ length: 50_000 }, (_, n) => [`p${n}`, n]));
    const found = of(wide, wide) as { properties: JsonObject; required?: string[] };
    expect(Object.keys(found.properties)).toHaveLength(200);
    expect(found.required).toBeUndefined();
    expect(of({ list: [...Array(100).fill(1), "last"] })).toMatchObject({
      properties: { list: { items: { type: "integer" } } },
    });
  });
});
