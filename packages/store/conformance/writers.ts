/** Only the pool commit removes queued wakes, freed leases and nudges, and writes lanes and cells. */
import type { Change } from "@stepwell/core";
import { expect, test } from "vitest";
import {
  fresh,
  lane,
  later,
  lease,
  nudge,
  type OpenStore,
  see,
  wake,
  write,
  writeAsPool,
} from "./sample-rows.ts";

const refused: [string, Change][] = [
  ["removing a queued wake", { remove: "wakes", key: { id: "queued" } }],
  ["taking a queued wake out of its lane", { update: "wakes", key: { id: "queued" }, set: { lane: null } }],
  ["removing a freed lease", { remove: "leases", key: { id: "freed" } }],
  ["removing a nudge", { remove: "nudges", key: { id: 1 } }],
  ["inserting a lane", { insert: "lanes", row: lane("new") }],
  ["putting a lane", { put: "lanes", row: lane("l") }],
  ["changing a lane", { update: "lanes", key: { lane: "l" }, set: { head: 5 } }],
  ["removing a lane", { remove: "lanes", key: { lane: "l" } }],
  ["putting a cell", { put: "cells", row: { cell: "c", used: 1, state: null } }],
  ["changing a cell", { update: "cells", key: { cell: "c" }, set: { used: 0 } }],
  ["removing a cell", { remove: "cells", key: { cell: "c" } }],
];

export function writerSuite(open: OpenStore): void {
  const prepared = async () => {
    const store = await fresh(open);
    await write(
      store,
      { insert: "wakes", row: wake("queued") },
      { insert: "wakes", row: later("later", 5) },
      { insert: "leases", row: lease("freed", { freed: true }) },
      { insert: "nudges", row: nudge() },
    );
    await writeAsPool(
      store,
      { put: "lanes", row: lane("l") },
      { put: "cells", row: { cell: "c", used: 2, state: null } },
    );
    return store;
  };

  test.each(refused)("%s is refused elsewhere, and the rest of that commit with it", async (_, change) => {
    const store = await prepared();
    const failed = write(store, { insert: "wakes", row: later("other", 9) }, change);
    await expect(failed).rejects.toThrow(/only a pool commit/);
    expect((await see(store, { wake: "other" })).wake).toBeNull();
  });

  test.each(refused)("%s is what the pool commit may do", async (_, change) => {
    const store = await prepared();
    await writeAsPool(store, change);
  });

  test("everybody may insert wakes and nudges, free a lease, and remove a later wake", async () => {
    const store = await prepared();
    await write(
      store,
      { insert: "wakes", row: wake("w2") },
      { insert: "nudges", row: nudge({ lane: "l", score: 1 }) },
      { update: "leases", key: { id: "freed" }, set: { freed: true } },
      { remove: "wakes", key: { id: "later" } },
    );
    expect(await store.read.nextDue()).toBeNull();
  });
}
