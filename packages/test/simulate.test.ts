/** Bugs planted into functions are found under faults, with a seed that replays them; sound functions are left alone. */
import { assertSafe, describeFinding, type SimulateOptions, simulate, type World } from "@stepwell/test";
import { Inngest, NonRetriableError } from "inngest";
import { afterEach, describe, expect, test, vi } from "vitest";

const quiet = { info() {}, warn() {}, error() {}, debug() {} };
const client = new Inngest({ id: "shop", logger: quiet });
const on = (id: string) => ({ id, triggers: [{ event: `shop/${id}` }] });
const dataOf = (event: { data: object }) => event.data as { [name: string]: string };

/** What the functions write to. */
const db = { charges: [] as string[], mails: [] as string[], rows: new Map<string, number>() };
const reset = () => {
  db.charges.length = 0;
  db.mails.length = 0;
  db.rows.clear();
};
const seen = () => ({ charges: db.charges, mails: db.mails, rows: [...db.rows] });
afterEach(() => vi.unstubAllGlobals());

const run = (fn: object, more: Partial<SimulateOptions> = {}) =>
  simulate({
    client,
    functions: [fn],
    before: reset,
    observe: seen,
    seeds: 10,
    play: (world) =>
      world.send({ name: `shop/${(fn as { opts: { id: string } }).opts.id}`, data: { id: "o1" } }),
    ...more,
  });

describe("planted bugs are found", () => {
  test("a step that charges again when it is repeated", async () => {
    const fn = client.createFunction(on("charge-twice"), async ({ step, event }) => {
      await step.run("charge", () => db.charges.push(String(dataOf(event)["id"])));
      await step.run("note", () => db.rows.set("note", 1));
    });
    const report = await run(fn);
    expect(report.findings).toMatchObject([
      { kind: "step", functionId: "charge-twice", stepId: "charge", times: 2 },
    ]);
    const [found] = report.findings;
    expect(found?.effects[0]).toBe('changes charges: + "o1", then + "o1"');
    expect(() => assertSafe(report)).toThrow(
      /step "charge" of "charge-twice" is not safe to repeat: it ran 2 times.*simulate\(\{ …, seed: \d+ \}\)/s,
    );
    const again = await run(fn, { seed: found?.seed as number });
    expect(again.findings).toEqual(report.findings);
    expect(again.seeds).toEqual([found?.seed]);
  });

  test("what is kept in a database that answers later", async () => {
    const fn = client.createFunction(on("charge-later"), async ({ step }) => {
      await step.run("charge", () => db.charges.push("o1"));
    });
    const observe = async () => {
      await new Promise((resolve) => setImmediate(resolve));
      return { charges: db.charges };
    };
    const report = await run(fn, { observe });
    expect(report.findings).toMatchObject([{ stepId: "charge", times: 2 }]);
    expect(report.findings[0]?.effects[0]).toBe('changes charges: + "o1", then + "o1"');
  });

  test("a mail that is sent outside of steps, even when nothing goes wrong", async () => {
    const fn = client.createFunction(on("outside"), async ({ step }) => {
      await step.run("prepare", () => 1);
      db.mails.push("welcome");
      await step.run("finish", () => 2);
    });
    const report = await run(fn, { seeds: 1 });
    expect(report.findings).toMatchObject([{ kind: "outside", stepId: null, seed: null, fault: null }]);
    expect(describeFinding(report.findings[0] as never)).toContain("move it into a step");
  });

  test("an event without an id, which starts its function again", async () => {
    const fn = client.createFunction(on("events"), async ({ step }) => {
      await step.sendEvent("good", { name: "mail/good", id: "good-o1", data: {} });
      await step.run("bad", () => client.send({ name: "mail/bad", data: {} }));
    });
    const report = await run(fn);
    expect(report.findings).toMatchObject([
      { kind: "step", stepId: "bad", effects: ["sends mail/bad, 2 times"] },
    ]);
    expect(report.repeated.map(({ stepId }) => stepId).sort()).toEqual(["bad", "good"]);
  });

  test("an idempotency key that is made anew each time", async () => {
    vi.stubGlobal("fetch", async () => new Response("{}"));
    let keys = 0;
    const post = (key: string | null) =>
      fetch("https://pay.example/charges", {
        method: "POST",
        headers: key === null ? {} : { "idempotency-key": key },
      });
    const fn = client.createFunction(on("keys"), async ({ step, runId }) => {
      await step.run("same-key", () => post(runId).then(() => 1));
      await step.run("new-key", () => post(`key-${(keys += 1)}`).then(() => 1));
      await step.run("no-key", () => post(null).then(() => 1));
      await step.run("read", () => fetch("https://pay.example/charges").then(() => 1));
    });
    const report = await run(fn);
    expect(report.findings.map(({ stepId }) => stepId).sort()).toEqual(["new-key", "no-key"]);
    expect(report.findings[0]?.effects).toEqual(["POST https://pay.example/charges, 2 times"]);
  });

  test("an insert that fails when it is there already", async () => {
    const fn = client.createFunction(on("insert"), async ({ step }) => {
      await step.run("insert", () => {
        if (db.rows.has("o1")) throw new NonRetriableError("duplicate key");
        db.rows.set("o1", 1);
      });
    });
    const report = await run(fn);
    expect(report.findings).toMatchObject([
      { kind: "failed", functionId: "insert", effects: ["NonRetriableError: duplicate key"] },
    ]);
  });

  test("what the test itself checks", async () => {
    const fn = client.createFunction(on("checked"), async ({ step }) => {
      await step.run("count", () => db.rows.set("count", (db.rows.get("count") ?? 0) + 1));
    });
    const check = () => expect(db.rows.get("count")).toBe(1);
    const report = await run(fn, { observe: () => null, check });
    expect(report.findings).toMatchObject([{ kind: "check" }]);
    await expect(run(fn, { check: () => expect(db.rows.get("count")).toBe(0) })).rejects.toThrow("to be +0");
  });
});

describe("each fault is what it says", () => {
  const fn = client.createFunction(on("faulty"), async ({ step }) => {
    await step.run("work", () => void db.mails.push("work"));
  });
  test.each([
    ["crash", { ran: 2, attempts: 1, late: false }],
    ["lost", { ran: 2, attempts: 2, late: true }],
    ["duplicate", { ran: 2, attempts: 1, late: false }],
    ["slow", { ran: 1, attempts: 1, late: true }],
    ["clock", { ran: 1, attempts: 1, late: true }],
  ] as const)("%s: %o", async (fault, wanted) => {
    const seen: object[] = [];
    const check = (world: World) => {
      const { steps, queuedAt, endedAt } = world.run();
      const late = Number(endedAt) > Number(queuedAt);
      seen.push({ ran: db.mails.length, attempts: steps["work"]?.attempts, late });
    };
    const report = await run(fn, { faults: [fault], check, seeds: 8 });
    const [calm, ...others] = seen;
    expect(calm).toEqual({ ran: 1, attempts: 1, late: false });
    expect(others).toContainEqual(wanted);
    expect(report.findings).toHaveLength(wanted.ran - 1);
  });
});

describe("sound functions are left alone", () => {
  test("steps that may be repeated, over sleeps, waits, parallel steps and retries", async () => {
    const tries = new Map<string, number>();
    const fn = client.createFunction(on("sound"), async ({ step, event, runId }) => {
      const id = String(dataOf(event)["id"]);
      await step.run("upsert", () => void db.rows.set(id, 1));
      await step.sleep("night", "1d");
      await Promise.all([
        step.run("a", () => void db.rows.set("a", 1)),
        step.run("b", () => {
          const n = (tries.get(runId) ?? 0) + 1;
          tries.set(runId, n);
          if (n === 1) throw new Error("once");
        }),
      ]);
      const paid = await step.waitForEvent("paid", { event: "shop/paid", timeout: "3d" });
      await step.sendEvent("done", { name: "shop/done", id: `done-${id}`, data: { paid: paid !== null } });
      return "ok";
    });
    const report = await run(fn, {
      seeds: 15,
      play: async (world) => {
        await world.send({ name: "shop/sound", data: { id: "o1" } });
        await world.advance("2d");
        await world.send({ name: "shop/paid", data: {} });
      },
      check: (world) => {
        expect(world.run()).toMatchObject({ status: "completed", output: "ok" });
      },
    });
    assertSafe(report);
    expect(report.faults).toBeGreaterThan(15);
    expect(report.repeated.map(({ stepId }) => stepId)).toContain("upsert");
  });

  test("steps that run beside each other while server after server dies", async () => {
    const ids = ["a", "b", "c", "d", "e", "f"];
    const fn = client.createFunction(on("beside"), async ({ step }) => {
      await Promise.all(ids.map((id) => step.run(id, () => void db.rows.set(id, 1))));
    });
    const report = await run(fn, { faults: ["crash"], seeds: 6 });
    assertSafe(report);
    expect(report.repeated.map(({ stepId }) => stepId).sort()).toEqual(ids);
  });

  test("the global fetch is put back", async () => {
    const before = globalThis.fetch;
    await run(
      client.createFunction(on("none"), () => {}),
      { seeds: 1 },
    );
    expect(globalThis.fetch).toBe(before);
  });
});
