import { expect, test } from "vitest";
import { namesOf } from "./schema-names.ts";

test("every name once, the outer ones first, with its type", () => {
  const schema = {
    properties: {
      user: { type: "object", properties: { id: { type: "string" }, name: { type: ["string", "null"] } } },
      id: { type: "number" },
      items: { type: "array", items: { properties: { sku: {} } } },
    },
  };
  expect(namesOf(schema)).toEqual([
    { name: "user", detail: "object" },
    { name: "id", detail: "number" },
    { name: "items", detail: "array" },
    { name: "name", detail: "string | null" },
    { name: "sku", detail: "" },
  ]);
});

test("a schema that holds itself ends", () => {
  const schema: Record<string, unknown> = {};
  schema.properties = { again: schema };
  expect(namesOf(schema)).toEqual([{ name: "again", detail: "" }]);
});
