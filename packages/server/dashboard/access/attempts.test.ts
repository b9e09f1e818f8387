import { StepwellError } from "@stepwell/core";
import { beforeEach, describe, expect, it } from "vitest";
import { type Attempts, createAttempts, sharedAccounts } from "./attempts.ts";

const MINUTE = 60_000;
let now: number;
let attempts: Attempts;
beforeEach(() => {
  now = 1_000_000;
  attempts = createAttempts(() => now);
});

/** Seconds to wait; null: the try was counted. */
function fail(account: string, address: string | null): number | null {
  try {
    attempts.begin(account, address);
    return null;
  } catch (error) {
    if (error instanceof StepwellError) return error.retryAfterSeconds;
    throw error;
  }
}
const times = (count: number, account: string, address: string | null): (number | null)[] =>
  Array.from({ length: count }, () => fail(account, address));

describe("failures", () => {
  it("are free ten times, then each one waits twice as long as the one before", () => {
    expect(times(10, "ana", "192.0.2.1")).toEqual(Array(10).fill(null));
    const waits: (number | null)[] = [];
    for (let round = 0; round < 4; round += 1) {
      const wait = fail("ana", "192.0.2.1");
      waits.push(wait);
      now += (wait ?? 0) * 1000;
      expect(fail("ana", "192.0.2.1")).toBeNull();
    }
    expect(waits).toEqual([60, 120, 240, 480]);
  });

  it("wait a day at most, and are forgotten after a quarter of an hour", () => {
    times(10, "ana", "192.0.2.1");
    let wait = fail("ana", "192.0.2.1") ?? 0;
    for (let round = 0; round < 20; round += 1) {
      now += wait * 1000;
      fail("ana", "192.0.2.1");
      wait = fail("ana", "192.0.2.1") ?? 0;
    }
    expect(wait).toBe(24 * 3600);
    now += wait * 1000 + 15 * MINUTE;
    expect(times(10, "ana", "192.0.2.1")).toEqual(Array(10).fill(null));
  });

  it("of many at once are counted before any of them is checked", () => {
    const forgets = Array.from({ length: 10 }, () => attempts.begin("ana", "192.0.2.1"));
    expect(fail("ana", "192.0.2.1")).toBe(60);
    for (const forget of forgets) forget();
    expect(fail("ana", "192.0.2.1")).toBeNull();
  });

  it("of one account do not shut out another one, nor the account elsewhere", () => {
    times(10, "ana", "192.0.2.1");
    expect(fail("ANA", "192.0.2.1")).toBe(60);
    expect(fail("bea", "192.0.2.1")).toBeNull();
    expect(fail("ana", "192.0.2.2")).toBeNull();
  });

  it("of one account count together, however its name is written", () => {
    times(10, "zo\u00eb", "192.0.2.1");
    for (const name of [" zo\u00eb", "ZO\u00cb\u2003", "zoe\u0308", "\tZoe\u0308\n"])
      expect(fail(name, "192.0.2.1")).toBe(60);
  });

  it("of an address are limited over all accounts, and a right password forgives only itself", () => {
    for (let count = 0; count < 48; count += 1) expect(fail(`user${count}`, "192.0.2.1")).toBeNull();
    attempts.begin("own", "192.0.2.1")();
    expect(fail("user48", "192.0.2.1")).toBeNull();
    expect(fail("user49", "192.0.2.1")).toBeNull();
    expect(fail("user50", "192.0.2.1")).toBe(60);
  });

  it("of an account from everywhere slow it down, by a minute at most", () => {
    for (let count = 0; count < 100; count += 1) expect(fail("ana", `192.0.2.${count}`)).toBeNull();
    for (let round = 0; round < 3; round += 1) {
      expect(fail("ana", "198.51.100.1")).toBe(60);
      now += MINUTE;
      expect(fail("ana", `203.0.113.${round}`)).toBeNull();
    }
  });

  it("with the set-up link shut out nobody elsewhere", () => {
    for (let count = 0; count < 150; count += 1) fail(sharedAccounts.setup, `192.0.2.${count}`);
    expect(fail(sharedAccounts.setup, "198.51.100.1")).toBeNull();
  });
});

describe("addresses", () => {
  it.each([
    ["2001:db8:1:2::1", "2001:db8:1:2:ffff::2", true],
    ["2001:db8:1:2::1", "2001:db8:1:3::1", false],
    ["::ffff:192.0.2.1", "192.0.2.1", true],
    ["::1", "::2", true],
    [null, null, true],
    [null, "192.0.2.1", false],
  ])("%s and %s count as one: %s", (one, other, isOne) => {
    times(10, "ana", one);
    expect(fail("ana", other) !== null).toBe(isOne);
  });
});
