import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { appId, functionId, readSeed, seededId, ulidText, uuidV5 } from "./ids.ts";

describe("uuidV5", () => {
  it("gives the vector of RFC 9562, appendix A.4", () =>
    expect(uuidV5("6ba7b810-9dad-11d1-80b4-00c04fd430c8", "www.example.com")).toBe(
      "2ed6657d-e927-568b-95e1-2665a8aea6a2",
    ));
});

describe("appId and functionId", () => {
  it("never change: stores of all versions share them", () => {
    expect(appId("app")).toBe("5ad15ae8-fd02-5a2f-9b20-6cf33a91094f");
    expect(functionId("app", "app-fn")).toBe("4399484a-b5dd-5bfc-9b3b-316c5c726c6c");
  });
  it("A-12: one slug in two apps is two functions", () =>
    expect(functionId("a", "x")).not.toBe(functionId("b", "x")));
  it("do not mix up where a name ends", () =>
    expect(functionId('a","b', "c")).not.toBe(functionId("a", 'b","c')));
});

describe("readSeed", () => {
  it("reads what the SDK sends", () =>
    expect(readSeed("1795538983095,C2K+YC650j52WQ==")).toEqual({
      timeMs: 1795538983095,
      entropy: Buffer.from("0b62be602eb9d23e7659", "hex"),
    }));
  it.each([
    undefined,
    "",
    "x",
    "1,",
    "1,AAAA",
    "-1,C2K+YC650j52WQ==",
    "1.5,C2K+YC650j52WQ==",
    "999999999999999,C2K+YC650j52WQ==",
    "1795538983095,C2K+YC650j52W!==",
  ])("ignores %s", (text) => expect(readSeed(text)).toBeNull());
});

describe("seededId", () => {
  const seed = { timeMs: 1795538983095, entropy: Buffer.from("0b62be602eb9ffffffff", "hex") };
  it("W-61: is the same each time, and differs by index", () => {
    expect(seededId(seed, 1)).toBe(seededId(seed, 1));
    expect(seededId(seed, 1)).not.toBe(seededId(seed, 2));
  });
  it("adds the index to the last 4 bytes only, and wraps", () => {
    expect(seededId(seed, 1)).toBe(ulidText(seed.timeMs, Buffer.from("0b62be602eb900000000", "hex")));
    expect(seededId(seed, 3)).toBe(ulidText(seed.timeMs, Buffer.from("0b62be602eb900000002", "hex")));
  });
});

describe("ulidText", () => {
  it("encodes the extremes", () => {
    expect(ulidText(0, new Uint8Array(10))).toBe("0".repeat(26));
    expect(ulidText(2 ** 48 - 1, new Uint8Array(10).fill(255))).toBe(`7${"Z".repeat(25)}`);
  });
  it("encodes the time of the ULID specification's example", () =>
    expect(ulidText(1469918176385, new Uint8Array(10)).slice(0, 10)).toBe("01ARYZ6S41"));
  it("keeps the order of times", () =>
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (a, b) => {
        const zero = new Uint8Array(10);
        expect(ulidText(a, zero) < ulidText(b, zero)).toBe(a < b);
      }),
    ));
});
