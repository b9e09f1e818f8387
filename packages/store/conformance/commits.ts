/** All or nothing, one commit's trouble is its own, order, races, clock, durability, bounds. */
import type { Change } from "@stepwell/core";
import { expect, test } from "vitest";
import { StoreError } from "../port.ts";
import { event, fresh, later, NOW, type OpenStore, run, see, wait, write } from "./sample-rows.ts";

export function commitSuite(open: OpenStore): void {
  test("a commit replies with what it decided, over what it asked for and nothing else", async () => {
    const store = await fresh(open);
    const reply = await store.commit({ wake: "w", events: ["e1"] }, NOW, (seen) => {
      expect(Object.keys(seen).sort()).toEqual(["events", "wake"]);
      return { write: [], reply: { wake: seen.wake, known: seen.events.size } };
    });
    expect(reply).toEqual({ wake: null, known: 0 });
  });

  test("a conflict undoes the whole commit, before and after the row in question", async () => {
    const store = await fresh(open);
    await write(store, { insert: "events", row: event("e1") });
    const failed = write(
      store,
      { insert: "events", row: event("e2") },
      { insert: "events", row: event("e1", { name: "other" }) },
      { insert: "events", row: event("e3") },
    );
    await expect(failed).rejects.toMatchObject({ name: "StoreError", code: "store_failed" });
    const { events } = await see(store, { events: ["e1", "e2", "e3"] });
    expect([...events]).toEqual(["e1"]);
    expect((await store.read.event("e1"))?.row.name).toBe("shop/order");
  });

  test("a key twice in one commit is a conflict too", async () => {
    const store = await fresh(open);
    const row = event("e1");
    await expect(write(store, { insert: "events", row }, { insert: "events", row })).rejects.toThrow(
      StoreError,
    );
    expect(await store.read.event("e1")).toBeNull();
  });

  test("a conflict is an error of its own commit only; the others of the group go on", async () => {
    const store = await fresh(open);
    await write(store, { insert: "events", row: event("taken") });
    const all = await Promise.allSettled(
      ["a", "b", "taken", "c", "d"].map((id) => write(store, { insert: "events", row: event(id) })),
    );
    expect(all.map((one) => one.status)).toEqual([
      "fulfilled",
      "fulfilled",
      "rejected",
      "fulfilled",
      "fulfilled",
    ]);
    const { events } = await see(store, { events: ["a", "b", "c", "d"] });
    expect(events.size).toBe(4);
  });

  test("a decision that throws is rejected with its own error and leaves the group alone", async () => {
    const store = await fresh(open);
    const bug = new Error("a bug");
    const [before, broken, after] = await Promise.allSettled([
      write(store, { insert: "events", row: event("a") }),
      store.commit({ events: ["a"] }, NOW, () => {
        throw bug;
      }),
      write(store, { insert: "events", row: event("b") }),
    ]);
    expect(before.status).toBe("fulfilled");
    expect(broken).toEqual({ status: "rejected", reason: bug });
    expect(after.status).toBe("fulfilled");
    expect((await see(store, { events: ["a", "b"] })).events.size).toBe(2);
  });

  test("a value that does not fit its column is an error of its own commit, with nothing written", async () => {
    const store = await fresh(open);
    const [broken, good] = await Promise.allSettled([
      write(
        store,
        { insert: "wakes", row: later("w0", NOW) },
        { insert: "wakes", row: later("w1", NOW + 0.5) },
      ),
      write(store, { insert: "wakes", row: later("w2", NOW) }),
    ]);
    expect(broken.status).toBe("rejected");
    expect(good.status).toBe("fulfilled");
    expect((await store.read.dueWakes(NOW + 10, 10)).map((row) => row.id)).toEqual(["w2"]);
  });

  test("later commits of one group see what earlier ones wrote", async () => {
    const store = await fresh(open);
    const once = () =>
      store.commit({ gates: ["g"] }, NOW, (seen) => {
        const cell = seen.gates.get("g");
        const count = ((cell?.state as number | undefined) ?? 0) + 1;
        return {
          write: [{ put: "gateCells", row: { key: "g", state: count, expiresAt: null } }],
          reply: count,
        };
      });
    expect(await Promise.all([once(), once(), once(), once()])).toEqual([1, 2, 3, 4]);
  });

  test("hundreds of commits at once: none lost, none twice, in the order of asking", async () => {
    const store = await fresh(open);
    const count = 700;
    const replies = await Promise.all(
      Array.from({ length: count }, (_, index) =>
        store.commit({ gates: ["counter"] }, NOW + index, (seen) => {
          const at = ((seen.gates.get("counter")?.state as number | undefined) ?? 0) + 1;
          const changes: Change[] = [
            { put: "gateCells", row: { key: "counter", state: at, expiresAt: null } },
            { insert: "events", row: event(`e${String(index).padStart(4, "0")}`) },
          ];
          if (index % 50 === 49) throw new Error("every fiftieth fails");
          return { write: changes, reply: at };
        }),
      ).map((one) => one.catch(() => null)),
    );
    const kept = replies.filter((reply) => reply !== null);
    expect(kept).toEqual(Array.from({ length: count - 14 }, (_, index) => index + 1));
    const page = await store.read.events({ limit: 1000 });
    expect(page.rows).toHaveLength(count - 14);
    expect(new Set(page.rows.map(({ row }) => row.seq)).size).toBe(count - 14);
  });

  test("events, runs and waits share one sequence that only goes up", async () => {
    const store = await fresh(open);
    await write(
      store,
      { insert: "events", row: event("e1") },
      { insert: "runs", row: run("r1") },
      { insert: "waits", row: wait("w1") },
    );
    await write(store, { insert: "runs", row: run("r2") }, { insert: "events", row: event("e2") });
    const seen = await see(store, {
      waits: { name: "shop/paid", anchors: ["*"], after: null, limit: 9 },
    });
    const numbers = [
      (await store.read.event("e1"))?.row.seq,
      (await store.read.run("r1"))?.seq,
      seen.waits[0]?.seq,
      (await store.read.run("r2"))?.seq,
      (await store.read.event("e2"))?.row.seq,
    ].map(Number);
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    expect(new Set(numbers).size).toBe(5);
  });

  test("the clock's floor is the highest time of a commit and never goes back", async () => {
    const store = await fresh(open);
    const at = (now: number, id: string) =>
      store.commit({}, now, () => ({ write: [{ insert: "events", row: event(id) }], reply: undefined }));
    await at(NOW + 500, "a");
    await at(NOW + 100, "b");
    expect(await store.clock()).toMatchObject({ offsetMs: 0, floor: NOW + 500 });
    await Promise.all([at(NOW + 900, "c"), at(NOW + 600, "d")]);
    expect((await store.clock()).floor).toBe(NOW + 900);
  });

  test("what was committed is there after opening again: rows, sequence and clock", async () => {
    const { store, reopen } = await open();
    await store.migrate();
    await store.commit({}, NOW + 77, () => ({
      write: [{ insert: "events", row: event("e1") }],
      reply: undefined,
    }));
    const seq = Number((await store.read.event("e1"))?.row.seq);
    if (reopen === undefined) return;
    const again = await reopen();
    await again.migrate();
    expect((await again.clock()).floor).toBe(NOW + 77);
    await write(again, { insert: "events", row: event("e2") });
    expect(Number((await again.read.event("e2"))?.row.seq)).toBeGreaterThan(seq);
    expect((await again.read.event("e1"))?.row.seq).toBe(seq);
  });

  test("more waiting commits than the bound are refused; those that wait are done", async () => {
    const store = await fresh(open, { maxPending: 10 });
    const all = await Promise.allSettled(
      Array.from({ length: 15 }, (_, index) => write(store, { insert: "events", row: event(`e${index}`) })),
    );
    expect(all.filter((one) => one.status === "fulfilled")).toHaveLength(10);
    expect(all[14]).toMatchObject({
      status: "rejected",
      reason: { code: "store_failed", message: expect.stringMatching(/too many commits wait/) },
    });
    await write(store, { insert: "events", row: event("after") });
  });

  test("closing waits for what was asked before and refuses what comes after", async () => {
    const { store } = await open();
    await store.migrate();
    const asked = write(store, { insert: "events", row: event("e1") });
    const closed = store.close();
    await expect(asked).resolves.toBeUndefined();
    await closed;
    await expect(write(store)).rejects.toMatchObject({ code: "store_failed" });
    await store.close();
  });

  test("migrating twice changes nothing", async () => {
    const store = await fresh(open);
    await write(store, { insert: "events", row: event("e1") });
    await store.migrate();
    expect(await store.read.event("e1")).not.toBeNull();
  });
}
