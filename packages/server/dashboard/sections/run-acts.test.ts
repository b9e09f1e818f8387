/** Cancelling and running again, by the dashboard's API. */
import { runsSchemas } from "@stepwell/api/dashboard/schemas";
import { afterEach, describe, expect, it } from "vitest";
import { returned, shown } from "../fixtures/acts-world.ts";
import { type DataWorld, everyWay, named, openDataWorld, planned } from "../fixtures/data-world.ts";
import { runsHandlers } from "./runs.ts";

const worlds: DataWorld[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.stop();
});
async function open(app: Parameters<typeof openDataWorld>[0]): Promise<DataWorld> {
  const world = await openDataWorld(app);
  worlds.push(world);
  return world;
}
const cancel = (world: DataWorld, id: string) => runsHandlers.cancelRun(world.call({ params: { id } }));

describe("cancelRun", () => {
  it("ends a run once, and says so in the audit log's words", async () => {
    const world = await open({ nap: everyWay["nap"] as never });
    const { id } = await world.begin("nap");
    const reply = await cancel(world, id);
    expect(shown(runsSchemas.cancelRun, reply)).toEqual({ status: "cancelled" });
    expect(reply).toMatchObject({ target: `run ${id}`, detail: { status: "cancelled" } });
    expect((await cancel(world, id)).data).toEqual({ status: "ended" });
    const view = await runsHandlers.getRun(world.call({ params: { id } }));
    expect(view.data).toMatchObject({ status: "cancelled", failure: null });
  });
});

describe("rerunRun", () => {
  const mail = {
    does: ({ steps }: Parameters<(typeof everyWay)["charge"]["does"]>[0]) => {
      if (steps["load"] === undefined) return planned({ op: "StepRun", data: "loaded", ...named("load") });
      const sent = steps["send"];
      const input = (sent as { input?: unknown[] } | undefined)?.input;
      if (sent === undefined || input !== undefined)
        return planned({ op: "StepRun", data: { sent: input ?? ["as before"] }, ...named("send") });
      return returned(sent.data);
    },
  };

  it("runs all of it again, with the same event", async () => {
    const world = await open({ mail });
    const { id, eventId } = await world.run("mail", { to: "ana" });
    const reply = await runsHandlers.rerunRun(world.call({ params: { id }, body: {} }));
    const { runId } = shown(runsSchemas.rerunRun, reply);
    expect(reply).toMatchObject({
      target: `run ${id}`,
      detail: { newRunId: runId, fromStep: null, withInput: false },
    });
    expect(await world.store.read.run(runId)).toMatchObject({ eventId, originalRunId: id });
  });

  it("begins with a step, whose arguments may be others", async () => {
    const world = await open({ mail });
    const { id } = await world.run("mail");
    const body = { fromStep: { stepId: "send", input: [{ to: "ben" }] } };
    expect(runsSchemas.rerunRun.body?.parse(body)).toEqual(body);
    const reply = await runsHandlers.rerunRun(world.call({ params: { id }, body }));
    const { runId } = reply.data;
    expect(reply.detail).toEqual({ newRunId: runId, fromStep: "send", withInput: true });
    await world.until("its end", async () => (await world.store.read.run(runId))?.endedAt ?? null);
    const { data } = await runsHandlers.getRun(world.call({ params: { id: runId } }));
    expect(data).toMatchObject({ output: { sent: [{ to: "ben" }] }, original: { id } });
  });

  it("refuses a step that is not there, and a body that says something else", async () => {
    const world = await open({ mail });
    const { id } = await world.run("mail");
    const again = runsHandlers.rerunRun(
      world.call({ params: { id }, body: { fromStep: { stepId: "nope" } } }),
    );
    await expect(again).rejects.toMatchObject({
      code: "not_found",
      message: expect.stringContaining("nope"),
    });
    for (const body of [{ fromStep: {} }, { fromStep: { stepId: "" } }, { step: "x" }, { fromStep: null }])
      expect(runsSchemas.rerunRun.body?.safeParse(body).success).toBe(false);
  });

  it("is not offered once the function has left the app", async () => {
    const world = await open({ mail, charge: everyWay["charge"] as never });
    const { id } = await world.run("mail");
    await world.sync();
    const { data } = await runsHandlers.getRun(world.call({ params: { id } }));
    expect(data).toMatchObject({ archived: true, can: { rerun: expect.stringContaining("Sync the app") } });
    const again = runsHandlers.rerunRun(world.call({ params: { id }, body: {} }));
    await expect(again).rejects.toMatchObject({ code: "not_found" });
  });
});
