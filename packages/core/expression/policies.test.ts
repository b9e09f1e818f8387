import { describe, expect, test } from "vitest";
import type { Json } from "../model/json.ts";
import { batchKey, debounceKeyText, keyText, keyValue, parseExpression } from "./index.ts";

const moment = { now: 0 };
const key = parseExpression("event.data.k");
const broken = parseExpression("event.data.k / 0 > 'a'");
const event = (k?: Json): Json => ({ name: "a", data: k === undefined ? {} : { k } });

describe("expression: keys as text (4.1)", () => {
  const rows: readonly (readonly [Json, string])[] = [
    ["a", "a"],
    ["", ""],
    [1, "1"],
    [-0, "0"],
    [1.5, "1.5"],
    [1e21, "1000000000000000000000"],
    [true, "true"],
    [null, "null"],
    [[1, "a"], '[1,"a"]'],
    [{ b: 1, a: [null] }, '{"a":[null],"b":1}'],
  ];
  test.each(rows)("%j is %s, for every kind of key", (value, text) => {
    expect(keyText(key, event(value), moment)).toBe(text);
    expect(debounceKeyText(key, event(value), moment)).toBe(text);
    expect(batchKey(key, event(value), moment)).toEqual({ is: "key", text });
    expect(keyValue(key, event(value), moment)).toEqual({ limited: true, text });
  });

  test("false and missing", () => {
    for (const given of [event(), event(false)]) {
      expect(keyText(key, given, moment)).toBe("false");
      expect(debounceKeyText(key, given, moment)).toBe("false");
      expect(batchKey(key, given, moment)).toEqual({ is: "key", text: "false" });
      expect(keyValue(key, given, moment)).toEqual({ limited: false, error: null });
    }
  });

  test("errors", () => {
    expect(keyText(broken, event(1), moment)).toBe("false");
    expect(debounceKeyText(broken, event(1), moment)).toBe("<invalid>");
    expect(batchKey(broken, event(1), moment)).toMatchObject({ is: "error" });
    expect(keyValue(broken, event(1), moment)).toEqual({
      limited: false,
      error: "cannot order double and string",
    });
  });

  test("a key that is too deep is an error, not a crash", () => {
    let deep: Json = 1;
    for (let level = 0; level < 5_000; level += 1) deep = [deep];
    expect(keyText(key, event(deep), moment)).toBe("false");
    expect(keyValue(key, event(deep), moment)).toMatchObject({ limited: false, error: expect.any(String) });
  });
});
