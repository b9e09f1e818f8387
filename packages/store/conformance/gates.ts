/** Cells of gates: read alone, and with the status of the runs that they name (semantics §6.8). */
import type { Json, RunStatus } from "@stepwell/core";
import { expect, test } from "vitest";
import { fresh, NOW, type OpenStore, run, see, write } from "./sample-rows.ts";

const cell = (key: string, state: Json, expiresAt: number | null = null) => ({
  put: "gateCells" as const,
  row: { key, state, expiresAt },
});

export function gateSuite(open: OpenStore): void {
  test("a cell as stored, expired or not; null for one that is not there", async () => {
    const store = await fresh(open);
    await write(store, cell("a", { v: 1, events: ["e1"] }), cell("b", { v: 1 }, 1), cell("c", null));
    expect(await store.read.gateCell("a")).toEqual({
      key: "a",
      state: { v: 1, events: ["e1"] },
      expiresAt: null,
    });
    expect(await store.read.gateCell("b")).toEqual({ key: "b", state: { v: 1 }, expiresAt: 1 });
    expect(await store.read.gateCell("c")).toEqual({ key: "c", state: null, expiresAt: null });
    expect(await store.read.gateCell("none")).toBeNull();
  });

  test("a cell that is put again is replaced, and one that is removed is gone", async () => {
    const store = await fresh(open);
    await write(store, cell("a", { v: 1 }, NOW));
    await write(store, cell("a", { v: 2 }));
    expect(await store.read.gateCell("a")).toEqual({ key: "a", state: { v: 2 }, expiresAt: null });
    await write(store, { remove: "gateCells", key: { key: "a" } });
    expect(await store.read.gateCell("a")).toBeNull();
  });

  test.each<RunStatus>(["queued", "running", "completed", "failed", "cancelled", "skipped"])(
    "holders: the status of the run that a cell names, when it is %s",
    async (status) => {
      const store = await fresh(open);
      await write(store, cell("lock", { v: 1, runId: "r1" }), {
        insert: "runs",
        row: run("r1", { status }),
      });
      expect((await see(store, { holders: ["lock"] })).holders).toEqual(new Map([["lock", status]]));
    },
  );

  test("holders: none for a cell that is not there, that names no run, or whose run is gone", async () => {
    const store = await fresh(open);
    await write(
      store,
      cell("gone", { v: 1, runId: "r9" }),
      cell("number", { v: 1, runId: 7 }),
      cell("nobody", { v: 1 }),
      cell("list", ["r1"]),
      cell("text", "r1"),
      cell("null", null),
      { insert: "runs", row: run("r1") },
    );
    const keys = ["gone", "number", "nobody", "list", "text", "null", "none"];
    expect((await see(store, { holders: keys })).holders).toEqual(new Map());
    expect((await see(store, { holders: [] })).holders).toEqual(new Map());
  });

  test("holders: seen as they are in the commit, a cell that changed hands names its new run", async () => {
    const store = await fresh(open);
    await write(
      store,
      cell("lock", { v: 1, runId: "r1" }),
      { insert: "runs", row: run("r1", { status: "running" }) },
      { insert: "runs", row: run("r2", { status: "queued" }) },
    );
    const cancelled = write(
      store,
      { update: "runs", key: { id: "r1" }, set: { status: "cancelled", endedAt: NOW } },
      cell("lock", { v: 1, runId: "r2" }),
    );
    const looked = see(store, { holders: ["lock", "lock"], gates: ["lock"] });
    await cancelled;
    const { holders, gates } = await looked;
    expect(holders).toEqual(new Map([["lock", "queued"]]));
    expect(gates.get("lock")?.state).toEqual({ v: 1, runId: "r2" });
  });
}
