/** An exclusive store that was lost and is held again: what another engine has done meanwhile is known and taken over. */
import { createMemoryStore, type Store } from "@stepwell/store";
import { afterEach, expect, test, vi } from "vitest";
import { ended, fn, never, open, returned, stopEngines } from "./fixtures/small-world.ts";

afterEach(stopEngines);

test("functions that were synced elsewhere are known, and calls that were left there are made again", async () => {
  const memory = createMemoryStore();
  let regained: () => Promise<void> = () => Promise.reject(new Error("nobody listens"));
  let unfollowed = 0;
  let isLost = false;
  const store: Store = {
    ...memory,
    onHint: (listen) => memory.onHint((hint) => isLost || listen(hint)),
    onRegained(listen) {
      regained = listen;
      return () => {
        unfollowed += 1;
      };
    },
  };
  const app = { early: () => returned("early"), late: () => returned("late") };
  const first = await open({ store, functions: [fn("early")], app, node: "first" });

  isLost = true;
  const calls: string[] = [];
  const second = await open({
    store: memory,
    node: "second",
    functions: [fn("early"), fn("late")],
    app: { ...app, late: ({ ctx }) => (calls.push(ctx.run_id), never) },
  });
  const left = await second.send("late");
  await vi.waitUntil(() => calls.length === 1, 5000);
  await second.engine.stop(0);

  isLost = false;
  await regained();
  expect(await ended(first.engine, left)).toMatchObject({ status: "completed", output: { data: "late" } });
  expect(await ended(first.engine, await first.send("late"))).toMatchObject({ output: { data: "late" } });
  await first.engine.stop(0);
  expect(unfollowed).toBe(1);
});
