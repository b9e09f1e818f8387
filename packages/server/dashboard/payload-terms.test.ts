import { parseFilter } from "@stepwell/api/dashboard";
import type { Json, JsonObject } from "@stepwell/core";
import { describe, expect, it, test } from "vitest";
import { payloadsMatch, rootsOf } from "./payload-terms.ts";

const terms = (text: string) => parseFilter(text).filter.terms;
const matches = (text: string, data: Json, more: { output?: Json; error?: Json } = {}) =>
  payloadsMatch(terms(text), { events: [{ name: "e", id: "i", ts: 1, data }], ...more });

describe("a path", () => {
  test.each<[string, Json, boolean]>([
    ["event.data.a:5", { a: 5 }, true],
    ["event.data.a:5", { a: "5" }, true],
    ["event.data.a:5.0", { a: 5 }, true],
    ["event.data.a:5e0", { a: 5 }, true],
    ["event.data.a:5.0", { a: "5" }, false],
    ["event.data.a:true", { a: true }, true],
    ["event.data.a:true", { a: "true" }, true],
    ["event.data.a:null", { a: null }, true],
    ["event.data.a:null", {}, false],
    ["-event.data.a:null", {}, true],
    ["event.data.a:*", { a: { b: 1 } }, true],
    ["event.data.a:*", {}, false],
    ['event.data.a:"*"', { a: "x" }, false],
    ["event.data.a:x*", { a: ["y", "xz"] }, true],
    ["event.data.list.b:2", { list: [{ b: 1 }, { b: 2 }] }, true],
    ["event.data.list.0.b:2", { list: [{ b: 1 }, { b: 2 }] }, false],
    ["event.data.list.7.b:2", { list: [] }, false],
    ["event.data.0:2", { "0": 2 }, true],
    ['event.data."a b":1', { "a b": 1 }, true],
    ["event.data.a:Infinity", { a: 1 }, false],
    ['event.data.a:" "', { a: 0 }, false],
    ["event.data.toString:*", {}, false],
    ["event.data.length:1", ["x"] as never, false],
    ["event.name:e", {}, true],
  ])("%s in %j: %s", (text, data, is) => {
    expect(matches(text, data)).toBe(is);
  });

  it("does not lead into what a run does not have", () => {
    expect(matches("output.a:1", { a: 1 })).toBe(false);
    expect(matches("-output.a:1", {})).toBe(true);
    expect(matches("output.a:1", {}, { output: { a: 1 } })).toBe(true);
    expect(matches("error.name:E", {}, { error: { name: "E" } })).toBe(true);
  });
});

describe("a word", () => {
  test.each<[string, boolean]>([
    ["ANA", true],
    ['"ana lima"', true],
    ["bob", false],
    ["bob,lima", true],
    ["-bob", true],
    ["-lima", false],
    ['"\\"name\\":"', true],
    ['"a\\"b"', true],
    ['"c\\\\d"', true],
    ["thrown", true],
    ["e", true],
    ["an*im", true],
    ["ana*bob", false],
    ['"an*im"', false],
  ])("%s: %s", (text, is) => {
    const data = { name: "Ana Lima", odd: 'a"b', path: "c\\d" };
    expect(matches(text, data, { error: { message: "thrown" } })).toBe(is);
  });
  it("is not looked for in names and ids of events", () => {
    const events: JsonObject[] = [{ name: "shop/order", id: "abc", ts: 1, data: {} }];
    expect(payloadsMatch(terms("shop"), { events })).toBe(false);
  });
});

test("of a batch one event is enough, and none may have what is excluded", () => {
  const events: JsonObject[] = [{ data: { n: 1 } }, { data: { n: 2 } }];
  expect(payloadsMatch(terms("event.data.n:2"), { events })).toBe(true);
  expect(payloadsMatch(terms("-event.data.n:2"), { events })).toBe(false);
});

test("only what the terms name is read", () => {
  expect(rootsOf(terms("event.data.x:1"))).toEqual({ events: true, outcome: false });
  expect(rootsOf(terms("output.x:1 error.y:2"))).toEqual({ events: false, outcome: true });
  expect(rootsOf(terms("word"))).toEqual({ events: true, outcome: true });
});

test("hostile payloads are looked at like others", () => {
  let deep: Json = { end: "here" };
  for (let i = 0; i < 480; i += 1) deep = [deep];
  expect(matches("event.data.end:here", deep)).toBe(true);
  expect(matches("here", deep)).toBe(true);
  const wide = { text: "x".repeat(1_000_000), list: Array.from({ length: 50_000 }, (_, n) => ({ n })) };
  expect(matches("event.data.list.n:49999", wide)).toBe(true);
  expect(matches("nothing-of-it", wide)).toBe(false);
  expect(matches("event.data.a:\u0001", { a: "\u0001" })).toBe(true);
});
