import type { FunctionLine } from "@stepwell/api/dashboard";
import { describe, expect, test } from "vitest";
import { appsOf, filterFunctions, groupByApp } from "./filter.ts";

const line = (name: string, app: string, more: Partial<FunctionLine> = {}): FunctionLine => ({
  id: `fn-${name}`,
  name,
  slug: `${app}-${name}`,
  app: { id: `app-${app}`, name: app },
  mode: "active",
  archived: false,
  triggers: [{ kind: "event", text: `${name}/due`, words: null }],
  sparkline: [],
  ended: 10,
  failed: 0,
  p50Ms: null,
  p95Ms: null,
  queued: { count: 0, capped: false },
  running: { count: 0, capped: false },
  lastRun: null,
  ...more,
});
const lines = [
  line("welcome", "shop", { mode: "paused" }),
  line("charge", "shop", { failed: 2 }),
  line("report", "billing", {
    triggers: [{ kind: "cron", text: "30 2 * * *", words: "At 02:30, every day" }],
  }),
];
const names = (found: FunctionLine[]) => found.map(({ name }) => name);

describe("the functions that are shown", () => {
  test.each([
    [{}, ["welcome", "charge", "report"]],
    [{ app: "app-billing" }, ["report"]],
    [{ trigger: "cron" }, ["report"]],
    [{ mode: "paused" }, ["welcome"]],
    [{ failing: true }, ["charge"]],
    [{ q: "EVERY day" }, ["report"]],
    [{ q: "charge/due shop" }, ["charge"]],
    [{ q: "nothing" }, []],
  ] as const)("%j", (search, expected) => expect(names(filterFunctions(lines, search))).toEqual(expected));

  test("are grouped by app, both by name", () => {
    const groups = groupByApp(lines).map(({ app, functions }) => [app.name, names(functions)]);
    expect(groups).toEqual([
      ["billing", ["report"]],
      ["shop", ["charge", "welcome"]],
    ]);
    expect(appsOf(lines).map(({ name }) => name)).toEqual(["billing", "shop"]);
  });
});
