import { expect, test } from "vitest";
import { identityCodec } from "./payload-codec.ts";

test("one encoding byte 0, then the JSON in UTF-8", () => {
  const bytes = identityCodec.encode({ a: "ü" });
  expect(bytes[0]).toBe(0);
  expect(new TextDecoder().decode(bytes.subarray(1))).toBe('{"a":"ü"}');
  expect(identityCodec.decode(bytes)).toEqual({ a: "ü" });
});

test("what it gets may be a part of a larger buffer", () => {
  const bytes = identityCodec.encode([1, null]);
  const larger = new Uint8Array(bytes.length + 10);
  larger.set(bytes, 5);
  expect(identityCodec.decode(larger.subarray(5, 5 + bytes.length))).toEqual([1, null]);
});

test("an encoding of a later version is named", () => {
  expect(() => identityCodec.decode(new Uint8Array([7, 1]))).toThrow(/encoding 7/);
  expect(() => identityCodec.decode(new Uint8Array())).toThrow(/empty/);
});
