/** What was in the way of an app's last sync is in its row until a sync works. */
import { StepwellError } from "@stepwell/core";
import { createMemoryStore, StoreError } from "@stepwell/store";
import { afterEach, expect, test, vi } from "vitest";
import type { CallFailure, CallResponse } from "./engine-port.ts";
import { APP, fn, open, registration, stopEngines } from "./fixtures/small-world.ts";

afterEach(stopEngines);

const headers = { "x-inngest-sdk": "inngest-js:v4.24.0", "x-inngest-sync-kind": "in_band" };
const answered = (status: number, body: unknown, more: object = headers): CallResponse => ({
  status,
  headers: more as Record<string, string>,
  body: JSON.stringify(body),
  url: APP,
});

async function world(answer: () => CallResponse | CallFailure, store = createMemoryStore()) {
  const made = await open({ functions: [fn("f")], server: answer, store });
  const error = async () => (await made.engine.read.apps())[0]?.error;
  return { ...made, error };
}

test("an app that cannot be reached or refuses says so in its row, and a sync that works takes it away", async () => {
  let answer: CallResponse | CallFailure = {
    failure: "network",
    message: "the connection failed (ECONNREFUSED)",
  };
  const { engine, error } = await world(() => answer);
  expect(await error()).toBeNull();
  await expect(engine.syncUrl(APP)).rejects.toMatchObject({ code: "app_unreachable" });
  expect(await error()).toBe(`app_unreachable: ${APP}: the connection failed (ECONNREFUSED)`);

  answer = answered(404, "", {});
  await expect(engine.syncUrl(APP)).rejects.toMatchObject({ code: "not_an_app" });
  expect(await error()).toBe(`not_an_app: ${APP} answers HTTP 404, but not as an Inngest SDK app.`);

  // Nothing of the app has changed: only the trouble goes.
  const { functions } = registration([fn("f")]);
  answer = answered(200, { app_id: "app", url: APP, functions: functions.map(asSent) });
  await engine.syncUrl(APP);
  await expect(engine.syncUrl(APP)).resolves.toMatchObject({ ok: true, modified: false });
  answer = { failure: "timeout", message: "no complete answer within 10000 ms" };
  await expect(engine.syncUrl(APP)).rejects.toThrow();
  expect(await error()).toContain("no complete answer");
  answer = answered(200, { app_id: "app", url: APP, functions: functions.map(asSent) });
  await expect(engine.syncUrl(APP)).resolves.toMatchObject({ modified: false });
  expect(await error()).toBeNull();
});

const asSent = ({ slug }: { slug: string }) => ({
  id: slug,
  name: slug,
  triggers: [{ event: slug }],
  steps: { step: { id: "step", name: "step", runtime: { type: "http", url: `${APP}?fnId=${slug}` } } },
});

test("trouble of a sync that was overtaken by one that worked is not kept", async () => {
  const memory = createMemoryStore();
  const between: { act: (() => Promise<unknown>) | null } = { act: null };
  const apps = async () => {
    const rows = await memory.read.apps();
    const { act } = between;
    between.act = null;
    await act?.();
    return rows;
  };
  const { engine, error } = await world(() => answered(404, "", {}), {
    ...memory,
    read: { ...memory.read, apps },
  });
  const [synced] = await memory.read.apps();
  await vi.waitUntil(() => engine.now() > (synced?.syncedAt ?? 0), { interval: 1 });
  between.act = () => engine.sync(registration([fn("f"), fn("g")]));
  await engine.keepSyncTrouble("app", new StepwellError("not_an_app", "no app"));
  expect(await error()).toBeNull();
  await engine.keepSyncTrouble("app", new StepwellError("not_an_app", "no app"));
  expect(await error()).toBe("not_an_app: no app");
});

test("the same trouble again writes nothing, and an address that is no app's is nobody's trouble", async () => {
  const store = createMemoryStore();
  let commits = 0;
  const counted = {
    ...store,
    commit: ((ask, now, decide) => {
      if (ask.app !== undefined) commits += 1;
      return store.commit(ask, now, decide);
    }) as typeof store.commit,
  };
  const { engine, error } = await world(() => ({ failure: "network", message: "closed" }), counted);
  const before = commits;
  for (let n = 0; n < 3; n += 1) await expect(engine.syncUrl(APP)).rejects.toThrow();
  expect(commits - before).toBe(1);
  const told = await error();
  await expect(engine.syncUrl("http://127.0.0.1:2/api")).rejects.toThrow();
  expect(await error()).toBe(told);
});

test("a register call that is refused is kept by the app's name, but not one that came from another environment", async () => {
  const { engine, error } = await world(() => answered(200, {}));
  await engine.keepSyncTrouble("app", new StepwellError("environment_conflict", "a preview"));
  expect(await error()).toBeNull();
  await engine.keepSyncTrouble("app", new StepwellError("sync_refused", "At least one function is invalid."));
  expect(await error()).toBe("sync_refused: At least one function is invalid.");
});

test("a store that cannot write changes nothing about what the caller is told", async () => {
  const store = createMemoryStore();
  let full = false;
  const filling = {
    ...store,
    commit: ((ask, now, decide) => {
      if (full) throw new StoreError("store_full", "the disk is full");
      return store.commit(ask, now, decide);
    }) as typeof store.commit,
  };
  const { engine } = await world(() => ({ failure: "network", message: "closed" }), filling);
  full = true;
  await expect(engine.syncUrl(APP)).rejects.toMatchObject({ code: "app_unreachable" });
  full = false;
});
