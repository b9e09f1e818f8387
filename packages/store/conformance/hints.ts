/** Hints come after the commit, and tell which pools and times to look at. */
import { expect, test } from "vitest";
import type { Hint, Store } from "../port.ts";
import { event, fresh, later, lease, NOW, nudge, type OpenStore, wake, write } from "./sample-rows.ts";

export function hintSuite(open: OpenStore): void {
  const listened = async (): Promise<{ store: Store; hints: Hint[]; quiet: () => void }> => {
    const store = await fresh(open);
    const hints: Hint[] = [];
    return { store, hints, quiet: store.onHint((hint) => hints.push(hint)) };
  };
  /** The hint of a commit has come when a later commit is done. */
  const settled = (store: Store) => write(store);

  test("nudges and freed leases name their pools, later wakes their earliest time", async () => {
    const { store, hints } = await listened();
    await write(
      store,
      { insert: "nudges", row: nudge({ pool: "a" }) },
      { insert: "nudges", row: nudge({ pool: "a" }) },
      { insert: "wakes", row: later("w1", NOW + 9) },
      { insert: "wakes", row: later("w2", NOW + 4) },
      { insert: "leases", row: lease("l1", { pool: "b" }) },
    );
    await settled(store);
    expect(hints).toEqual([{ pools: ["a"], at: NOW + 4 }]);
    await write(store, { update: "leases", key: { id: "l1" }, set: { freed: true } });
    await settled(store);
    expect(hints[1]).toEqual({ pools: ["b"], at: null });
  });

  test("a later wake that is moved is told too", async () => {
    const { store, hints } = await listened();
    await write(store, { insert: "wakes", row: later("w1", NOW + 9) });
    await write(store, { update: "wakes", key: { id: "w1" }, set: { dueAt: NOW + 20 } });
    await settled(store);
    expect(hints.map((hint) => hint.at)).toEqual([NOW + 9, NOW + 20]);
  });

  test("commits of one group may share a hint; none of them is left out", async () => {
    const { store, hints } = await listened();
    await Promise.all(
      ["a", "b", "c"].map((pool) => write(store, { insert: "nudges", row: nudge({ pool }) })),
    );
    await settled(store);
    expect([...new Set(hints.flatMap((hint) => hint.pools))].sort()).toEqual(["a", "b", "c"]);
  });

  test("what is hinted at can be read", async () => {
    const store = await fresh(open);
    const seen = new Promise<string[]>((resolve) => {
      store.onHint(() => void store.read.readyPools().then(resolve));
    });
    await write(store, { insert: "nudges", row: nudge({ pool: "a" }) });
    expect(await seen).toEqual(["a"]);
  });

  test("no hint for queued wakes alone, for other rows, for failed commits, or once unsubscribed", async () => {
    const { store, hints, quiet } = await listened();
    await write(store, { insert: "wakes", row: wake("w1") }, { insert: "events", row: event("e1") });
    const failed = write(store, { insert: "nudges", row: nudge() }, { insert: "events", row: event("e1") });
    await expect(failed).rejects.toThrow();
    await settled(store);
    expect(hints).toEqual([]);
    quiet();
    await write(store, { insert: "nudges", row: nudge() });
    await settled(store);
    expect(hints).toEqual([]);
  });

  test("a listener that throws harms nobody", async () => {
    const { store, hints } = await listened();
    const silence = () => {};
    process.on("warning", silence);
    store.onHint(() => {
      throw new Error("a bug");
    });
    store.onHint((hint) => hints.push(hint));
    await write(store, { insert: "nudges", row: nudge() });
    await settled(store);
    expect(hints).toHaveLength(2);
    process.off("warning", silence);
  });
}
