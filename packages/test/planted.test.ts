/**
 * Bugs of the kind that people make, planted into functions like those of examples/saas: each is found, by
 * the faults that can show it and by no other, and its sound twin is left alone.
 */
import { assertSafe, type FaultName, simulate, type World } from "@stepwell/test";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { exportReportBad, exportReportGood } from "./fixtures/bugs/export-report.ts";
import { importContactsBad, importContactsGood } from "./fixtures/bugs/import-contacts.ts";
import { mailInvoice, monthlyInvoicesBad, monthlyInvoicesGood } from "./fixtures/bugs/monthly-invoices.ts";
import { clock, everything, inngest, reset } from "./fixtures/bugs/office.ts";
import { upgradePlanBad, upgradePlanGood } from "./fixtures/bugs/upgrade-plan.ts";

beforeEach(() => vi.stubGlobal("fetch", async () => Response.json({ id: "ch_1" })));
afterEach(() => {
  vi.unstubAllGlobals();
  clock.now = Date.now;
});

const chosen = { name: "office/plan.chosen", id: "e1", data: { org: "acme", plan: "team", cents: 4900 } };
const plays = {
  upgrade: (world: World) => world.send(chosen),
  month: (world: World) => world.advance("31d"),
  contacts: (world: World) => world.send({ name: "office/contacts.sent" }),
  report: (world: World) => world.send({ name: "office/report.wanted", id: "r1" }),
};

function play(which: keyof typeof plays, functions: object[], faults?: readonly FaultName[]) {
  return simulate({
    client: inngest,
    functions,
    now: "2026-03-10T12:00:00Z",
    seeds: 13,
    before: reset,
    observe: everything,
    ...(faults === undefined ? {} : { faults }),
    play(world) {
      clock.now = () => world.now().getTime();
      return plays[which](world);
    },
  });
}

describe("a plan is upgraded", () => {
  test("the card is charged twice, under another key, and the payment is noted twice", async () => {
    const { findings } = await play("upgrade", [upgradePlanBad]);
    expect(findings).toMatchObject([
      {
        kind: "step",
        functionId: "upgrade-plan",
        stepId: "upgrade",
        effects: [
          "POST https://pay.example/v1/charges, 2 times",
          expect.stringContaining("changes payments: +"),
        ],
      },
    ]);
  });

  test.each<[FaultName, number]>([
    ["crash", 1],
    ["lost", 1],
    ["duplicate", 1],
    ["slow", 0],
    ["clock", 0],
  ])("of %s alone it is seen %i times", async (fault, found) => {
    const { findings, faults } = await play("upgrade", [upgradePlanBad], [fault]);
    expect(findings).toHaveLength(found);
    expect(faults).toBeGreaterThan(0);
  });

  test("in steps of their own, each knowing its repeat, it is safe", async () => {
    const report = await play("upgrade", [upgradePlanGood]);
    assertSafe(report);
    expect(report.repeated.map(({ stepId }) => stepId).sort()).toEqual([
      "change-plan",
      "charge",
      "note-payment",
    ]);
  });
});

describe("invoices of a month", () => {
  test("a number is given twice, and an event without an id starts its function twice", async () => {
    const { findings } = await play("month", [monthlyInvoicesBad, mailInvoice]);
    const steps = findings.filter(({ kind }) => kind === "step");
    expect(steps.map(({ stepId }) => stepId).sort()).toEqual([
      "announce-acme",
      "announce-initech",
      "invoice-acme",
      "invoice-initech",
    ]);
    expect(steps.find(({ stepId }) => stepId === "invoice-acme")?.effects).toEqual([
      'changes invoices: + {"number":1,"org":"acme","month":"2026-04"}, then + {"number":2,"org":"acme","month":"2026-04"}',
    ]);
    expect(steps.find(({ stepId }) => stepId === "announce-acme")?.effects).toEqual([
      "sends office/invoice.made, 2 times",
    ]);
  });

  test("made once for each customer and month, with the number as the event's id, they are safe", async () => {
    assertSafe(await play("month", [monthlyInvoicesGood, mailInvoice]));
  });
});

describe("contacts are imported", () => {
  test("a count in a variable that steps change is lost between calls, without any fault", async () => {
    const { findings } = await play("contacts", [importContactsBad], []);
    expect(findings).toMatchObject([
      {
        kind: "result",
        functionId: "import-contacts",
        seed: null,
        effects: ['completed: {"taken":0}; in calls that they share: completed: {"taken":6}'],
      },
    ]);
  });

  test("added up from what steps return it is safe", async () => {
    assertSafe(await play("contacts", [importContactsGood]));
  });
});

describe("a report is exported", () => {
  test.each<[FaultName, string[]]>([
    ["slow", ["failed"]],
    ["clock", ["failed"]],
    ["crash", []],
    ["duplicate", []],
  ])("a link that expires between steps: %s alone shows %j", async (fault, kinds) => {
    const { findings } = await play("report", [exportReportBad], [fault]);
    expect(findings.map(({ kind }) => kind)).toEqual(kinds);
    for (const { effects } of findings) expect(effects[0]).toContain("the link to r1.pdf has expired");
  });

  test("made in the step that uses it, it is safe", async () => {
    assertSafe(await play("report", [exportReportGood]));
  });
});
