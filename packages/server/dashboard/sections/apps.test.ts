/** Apps of the dashboard's API: the list with troubles and cures, adding and syncing. */
import { appsSchemas } from "@stepwell/api/dashboard/schemas";
import type { CallFailure, CallRequest, CallResponse } from "@stepwell/engine";
import { appId } from "@stepwell/protocol";
import { afterEach, describe, expect, test } from "vitest";
import { type ActsWorld, APP, fn, openActsWorld, shown } from "../fixtures/acts-world.ts";
import { appsHandlers } from "./apps.ts";

const worlds: ActsWorld[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.stop();
});

const sdk = { "x-inngest-sdk": "inngest-js:v4.24.0" };
const inBand = (...slugs: string[]): CallResponse => ({
  status: 200,
  headers: { ...sdk, "x-inngest-sync-kind": "in_band", "x-inngest-framework": "nextjs" },
  url: APP,
  body: JSON.stringify({
    app_id: "shop",
    url: APP,
    functions: slugs.map((slug) => ({
      id: slug,
      name: slug,
      triggers: [{ event: slug }],
      steps: { step: { id: "step", name: "step", runtime: { type: "http", url: `${APP}?fnId=${slug}` } } },
    })),
  }),
});

async function world(answer: { is: CallResponse | CallFailure }) {
  const asked: CallRequest[] = [];
  const made = await openActsWorld({
    app(request) {
      asked.push(request);
      return answer.is;
    },
  });
  worlds.push(made);
  const list = async () => shown(appsSchemas.listApps, await appsHandlers.listApps(made.call()));
  const add = async (url: string) => {
    const reply = await appsHandlers.addApp(made.call({ body: { url } }));
    return { ...shown(appsSchemas.addApp, reply), target: reply.target, detail: reply.detail };
  };
  const syncAgain = async (id: string) => {
    const reply = await appsHandlers.syncApp(made.call({ params: { id } }));
    return { ...shown(appsSchemas.syncApp, reply), target: reply.target };
  };
  return { ...made, asked, list, add, syncAgain };
}

describe("addApp and syncApp", () => {
  test("ask the app, and say what came of it", async () => {
    const answer = { is: inBand("shop-a", "shop-b") as CallResponse | CallFailure };
    const { add, syncAgain, list, asked } = await world(answer);
    expect(await add(`${APP}?token=1#x`)).toEqual({
      result: "synced",
      functions: 2,
      appId: appId("shop"),
      target: `app ${APP}`,
      detail: { result: "synced" },
    });
    expect(asked[0]).toMatchObject({ method: "PUT", url: `${APP}?token=1` });
    expect(await syncAgain(appId("shop"))).toMatchObject({ result: "unchanged", target: "app shop" });
    answer.is = inBand("shop-a");
    expect(await syncAgain(appId("shop"))).toMatchObject({ result: "synced", functions: 1 });
    const [line] = await list();
    expect(line).toMatchObject({ name: "shop", url: APP, framework: "nextjs", functions: 1, error: null });
  });

  test("an app that registers by itself is pending", async () => {
    const { add } = await world({ is: { status: 200, headers: sdk, body: "{}", url: APP } });
    expect(await add(APP)).toMatchObject({ result: "pending", functions: null, appId: null });
  });

  test("say what is in the way and how to cure it, and the list keeps it until a sync works", async () => {
    const answer = { is: inBand("shop-a") as CallResponse | CallFailure };
    const { add, syncAgain, list } = await world(answer);
    await add(APP);
    answer.is = { failure: "network", message: "the connection failed (ECONNREFUSED): connect" };
    await expect(syncAgain(appId("shop"))).rejects.toMatchObject({
      code: "app_unreachable",
      message: expect.stringMatching(/ECONNREFUSED.* Nobody listens at this address/),
    });
    expect(await list()).toMatchObject([
      {
        error: {
          message: expect.stringContaining("ECONNREFUSED"),
          cure: expect.stringContaining("start the app"),
        },
      },
    ]);
    answer.is = inBand("shop-a");
    await syncAgain(appId("shop"));
    expect(await list()).toMatchObject([{ error: null }]);
  });

  test("refuse an app that is not known, and an address that is none, before anything is sent", async () => {
    const { add, syncAgain, asked } = await world({ is: inBand() });
    await expect(syncAgain("nobody")).rejects.toMatchObject({ code: "not_found" });
    await expect(add("ftp://localhost/")).rejects.toMatchObject({ code: "body_invalid" });
    await expect(add("http://a:b@localhost/")).rejects.toMatchObject({ code: "body_invalid" });
    expect(asked).toEqual([]);
    expect(appsSchemas.addApp.body?.safeParse({ url: "" }).success).toBe(false);
    expect(appsSchemas.addApp.body?.safeParse({ url: APP, more: 1 }).success).toBe(false);
  });
});

test("listApps is by name, says the SDK in words and counts functions that are there", async () => {
  const made = await world({ is: inBand() });
  await made.sync(fn("a"), fn("b"));
  await made.sync(fn("a"));
  expect(await made.list()).toMatchObject([{ id: appId("shop"), sdk: "js v4.24.0", functions: 1 }]);
});
