import { describe, expect, test } from "vitest";
import { parseSearch as apps } from "./apps/search.ts";
import { parseSearch as events } from "./events/search.ts";
import { parseSearch as oneFunction } from "./function/search.ts";
import { parseSearch as functions } from "./functions/search.ts";
import { parseSearch as overview } from "./overview/search.ts";
import { parseSearch as schedules } from "./schedules/search.ts";

describe("the search of a page", () => {
  test("is read from texts", () => {
    expect(overview({ range: "7d", app: "a1" })).toEqual({ range: "7d", app: "a1" });
    expect(events({ q: "name:a", internal: "true" })).toEqual({ q: "name:a", internal: true });
    expect(functions({ q: "12", trigger: "cron", mode: "paused", failing: "true" })).toEqual({
      q: "12",
      trigger: "cron",
      mode: "paused",
      failing: true,
    });
    expect(oneFunction({ tab: "limits", invoke: "true" })).toEqual({ tab: "limits", invoke: true });
    expect(schedules({ missed: "true", open: "s1" })).toEqual({ missed: true, open: "s1" });
    expect(apps({ add: "true" })).toEqual({ add: true });
  });
  test("falls back where a value is wrong, and keeps nothing that it does not know", () => {
    expect(overview({ range: "99y", app: "", other: "1" })).toEqual({});
    expect(functions({ trigger: "x", mode: {}, failing: "no" })).toEqual({});
    expect(oneFunction({ tab: "nope", range: null })).toEqual({});
  });
  test("opens the send dialog without a name, too", () => {
    expect(events({ send: "" })).toEqual({ send: "" });
    expect(overview({ send: "user/created" })).toEqual({ send: "user/created" });
  });
});
