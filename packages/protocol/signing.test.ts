import { describe, expect, it } from "vitest";
import { canonicalText } from "./json.ts";
import {
  acceptsBearer,
  bearerOf,
  checkSigningKey,
  signPayload,
  signRequestBody,
  verifySignature,
} from "./signing.ts";

// The vector of wire.md §2, made by the SDK's own functions.
const key = "signkey-test-12345678";
const hashed = "signkey-test-b2ed992186a5cb19f6668aade821f502c1d00970dfd0e35128d51bac4649916c";
const seconds = 1_700_000_000;
const request = JSON.parse(
  '{"ctx":{"attempt":0,"run_id":"01HF000000000000000000000A"},"event":{"data":{"z":1,"a":"é"},"name":"t/e"},"events":[],"steps":{}}',
);
const answer = '[{"id":"86f7e437faa5a7fce15d1ddcb9eaeaea377667b8","op":"StepRun","data":1}]';
const answerHeader = "t=1700000000&s=8783947c771d1a9d11e8ca7aedc51e1691b1a2e57e0245dc29ef924426097061";

describe("W-8: the vector of wire.md §2", () => {
  it("gives the bearer", () => expect(bearerOf(key)).toBe(hashed));
  it("gives the MAC of a request and its canonical text", () => {
    expect(signRequestBody(key, request, seconds)).toEqual({
      text: '{"ctx":{"attempt":0,"run_id":"01HF000000000000000000000A"},"event":{"data":{"a":"é","z":1},"name":"t/e"},"events":[],"steps":{}}',
      signature: "t=1700000000&s=66a0026d93f1ba6eb9025d068216f5e476f028329e0a1a26d62e5d235263151d",
    });
  });
  it("gives the MAC of a response", () => expect(signPayload(key, answer, seconds)).toBe(answerHeader));
  it("gives the MAC of an empty body", () =>
    expect(signPayload(key, "", seconds)).toBe(
      "t=1700000000&s=189656184e486419febc1f6fd73e1c45bc8595c99633a32ebe1ea40ac8adf630",
    ));
});

describe("verifySignature", () => {
  const now = seconds * 1000;
  const check = { keys: [key], header: answerHeader, payload: answer, now };
  it.each([
    ["the key that signed", {}, true],
    ["one of several keys (W-12)", { keys: ["signkey-test-abcd", key] }, true],
    ["a key without its prefix", { keys: ["12345678"] }, true],
    ["another key", { keys: ["signkey-test-12345679"] }, false],
    ["no key", { keys: [] }, false],
    ["an altered payload (W-11)", { payload: `${answer} ` }, false],
    ["an altered MAC (W-11)", { header: answerHeader.replace("s=8", "s=9") }, false],
    ["an altered time", { header: answerHeader.replace("t=1700000000", "t=1700000001") }, false],
    ["exactly 5 minutes later", { now: now + 300_000 }, true],
    ["more than 5 minutes later (W-10)", { now: now + 300_001 }, false],
    ["more than 5 minutes earlier (W-10)", { now: now - 300_001 }, false],
    ["no header", { header: undefined }, false],
    ["an empty header", { header: "" }, false],
    ["a header without MAC", { header: "t=1700000000" }, false],
    ["a time that is no number", { header: answerHeader.replace("1700000000", "1e9") }, false],
  ])("%s → %s", (_case, change, expected) => {
    expect(verifySignature({ ...check, ...change })).toBe(expected);
  });
});

describe("acceptsBearer", () => {
  it.each([
    ["the raw key", `Bearer ${key}`, true],
    ["the hashed key", `Bearer ${hashed}`, true],
    ["lower-case scheme", `bearer ${hashed}`, true],
    ["the hash without prefix", `Bearer ${hashed.slice("signkey-test-".length)}`, false],
    ["what an SDK without key sends", "Bearer undefined", false],
    ["an empty bearer", "Bearer", false],
    ["another scheme", `Basic ${key}`, false],
    ["nothing", undefined, false],
  ])("%s", (_case, authorization, expected) => {
    expect(acceptsBearer(authorization, ["signkey-other-00ff", key])).toBe(expected);
    expect(acceptsBearer(authorization, [])).toBe(false);
  });
});

describe("checkSigningKey", () => {
  it.each([
    ["signkey-test-12345678", null],
    ["signkey-branch-12345678", null],
    ["12ABcd", null],
    ["signkey-test-1234567", /odd number/],
    ["signkey-test-12xx", /not hex/],
    ["signkey-test-", /no hex part/],
    ["", /no hex part/],
  ])("M-2: %s", (candidate, reason) => {
    if (reason === null) expect(checkSigningKey(candidate)).toBeNull();
    else expect(checkSigningKey(candidate)).toMatch(reason);
  });
});

describe("canonicalText", () => {
  it("sorts keys by code unit, also those that look like numbers", () =>
    expect(canonicalText({ b: 1, "10": 2, "2": 3, a: { d: [1, { z: 0, y: 1 }], c: null } })).toBe(
      '{"10":2,"2":3,"a":{"c":null,"d":[1,{"y":1,"z":0}]},"b":1}',
    ));
  it("escapes half a surrogate pair as SDKs do, and still sorts", () =>
    expect(canonicalText({ z: "\ud800", "10": 1, "2": [{ b: 1, a: "\udc00" }] })).toBe(
      '{"10":1,"2":[{"a":"\\udc00","b":1}],"z":"\\ud800"}',
    ));
  it("keeps the key order of an object with a field toJSON, as the SDK's canonical form does", () =>
    expect(canonicalText(JSON.parse('{"z":{"b":1,"toJSON":1,"10":1,"2":{"y":1,"x":1}},"a":1}'))).toBe(
      '{"a":1,"z":{"2":{"y":1,"x":1},"10":1,"b":1,"toJSON":1}}',
    ));
  it("keeps a field called __proto__", () =>
    expect(canonicalText(JSON.parse('{"z":1,"__proto__":{"a":1}}'))).toBe('{"__proto__":{"a":1},"z":1}'));
});
