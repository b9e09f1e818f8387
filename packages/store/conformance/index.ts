/**
 * The suite that every store must pass, without exceptions for one of them (style.md §8). Imported by
 * the tests of the stores only; the package does not ship it.
 */
import { describe } from "vitest";
import { accessSuite } from "./access.ts";
import { bulkSuite } from "./bulk.ts";
import { claimSuite } from "./claims.ts";
import { clockSuite } from "./clock.ts";
import { commitSuite } from "./commits.ts";
import { countSuite } from "./counts.ts";
import { gateSuite } from "./gates.ts";
import { hintSuite } from "./hints.ts";
import { listSuite } from "./lists.ts";
import { poolSuite } from "./pool.ts";
import { readSuite } from "./reads.ts";
import type { OpenStore } from "./sample-rows.ts";
import { sliceSuite } from "./slices.ts";
import { tickSuite } from "./ticks.ts";
import { waitingSuite } from "./waiting.ts";
import { waitSuite } from "./waits.ts";
import { writerSuite } from "./writers.ts";
import { writeSuite } from "./writes.ts";

export type { OpenStore } from "./sample-rows.ts";

/**
 * @param open opens an empty store; the one who gives it closes and removes what was opened
 * @example
 * describeStore("memory", async (options) => ({ store: createMemoryStore(options) }));
 */
export function describeStore(name: string, open: OpenStore): void {
  describe(name, () => {
    describe("commits", () => commitSuite(open));
    describe("the clock", () => clockSuite(open));
    describe("writes", () => writeSuite(open));
    describe("single writers", () => writerSuite(open));
    describe("slices", () => sliceSuite(open));
    describe("gates", () => gateSuite(open));
    describe("the pool slice", () => poolSuite(open));
    describe("claims", () => claimSuite(open));
    describe("hints", () => hintSuite(open));
    describe("reads", () => readSuite(open));
    describe("ticks", () => tickSuite(open));
    describe("waits", () => waitSuite(open));
    describe("access", () => accessSuite(open));
    describe("bulk jobs", () => bulkSuite(open));
    describe("lists", () => listSuite(open));
    describe("counts", () => countSuite(open));
    describe("why something waits", () => waitingSuite(open));
  });
}
