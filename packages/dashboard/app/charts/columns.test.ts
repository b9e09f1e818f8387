import type { Series, SeriesPoint } from "@stepwell/api/dashboard";
import { describe, expect, test } from "vitest";
import { countLabel, durationLabel, pointLabels, timeLabels } from "./axis.ts";
import { latencyColumns, pointAt, throughputColumns } from "./columns.ts";
import { countOf, percentOf } from "./numbers.ts";
import { spanFilter, spanOf } from "./span.ts";
import { summariseLatency, summariseThroughput } from "./summary.ts";

const nothing: SeriesPoint = {
  at: "2026-11-24T10:00:00.000Z",
  completed: 0,
  failed: 0,
  cancelled: 0,
  skipped: 0,
  queueP50Ms: null,
  queueP95Ms: null,
  runP50Ms: null,
  runP95Ms: null,
  runP99Ms: null,
};
const busy: SeriesPoint = {
  ...nothing,
  at: "2026-11-24T10:05:00.000Z",
  completed: 7,
  failed: 2,
  cancelled: 1,
  runP50Ms: 100,
  runP95Ms: 400,
  runP99Ms: 900,
  queueP50Ms: 5,
  queueP95Ms: 10,
};
const later: SeriesPoint = {
  ...busy,
  at: "2026-11-24T10:10:00.000Z",
  completed: 1,
  failed: 0,
  runP95Ms: 800,
};
const series = (points: SeriesPoint[]): Series => ({
  range: "1h",
  stepMs: 300_000,
  points,
  completeFrom: null,
});
const words = { at: (iso: string) => iso.slice(11, 16), duration: (ms: number) => `${ms} ms` };

describe("columns", () => {
  test("layers are cumulative from the failures up, the tallest first", () => {
    expect(throughputColumns([nothing, busy])).toEqual({
      x: [1795514400, 1795514700],
      y: [
        [0, 10],
        [0, 9],
        [0, 2],
      ],
    });
  });
  test("a line has a gap where nothing ended", () => {
    expect(latencyColumns(series([nothing, busy]), "run").y).toEqual([
      [null, 100],
      [null, 400],
      [null, 900],
    ]);
    expect(latencyColumns(series([busy]), "queue")).toEqual({ x: [1795514850], y: [[5], [10]] });
  });
  test("a time belongs to the point whose step it lies in, outside to the nearest end", () => {
    const three = series([nothing, busy, later]);
    const found = [1795514000, 1795514400, 1795514699, 1795514700, 1795519999].map((at) =>
      pointAt(at, three),
    );
    expect(found).toEqual([0, 0, 0, 1, 2]);
    expect(pointAt(0, series([]))).toBe(-1);
  });
});

describe("summary", () => {
  test("tells counts, the share of failures and the peak", () => {
    expect(summariseThroughput(series([nothing, busy, later]), words.at)).toBe(
      "12 runs ended in the last hour: 8 completed, 2 failed (17 %), 2 cancelled. Most at once: 10 at 10:05.",
    );
  });
  test("says so where nothing ended", () => {
    expect(summariseThroughput(series([nothing]), words.at)).toBe("No run ended in the last hour.");
    expect(summariseLatency(series([nothing]), "run", words)).toMatch(/nothing to measure/);
  });
  test("tells between which values percentiles lie", () => {
    expect(summariseLatency(series([nothing, busy, later]), "run", words)).toBe(
      "Half of the runs took at most 100 ms; 95 % at most 400 ms to 800 ms in the last hour. Slowest at 10:10.",
    );
  });
  test.each([
    [0, 0, "0 %"],
    [0, 10, "0 %"],
    [1, 3000, "< 0.1 %"],
    [21, 1000, "2.1 %"],
    [1, 3, "33 %"],
    [9999, 10_000, "99.9 %"],
    [5, 5, "100 %"],
  ])("%d of %d is %s", (part, whole, text) => expect(percentOf(part, whole)).toBe(text));
  test("one is not many", () => {
    expect([countOf(1, "run"), countOf(2000, "run")]).toEqual(["1 run", "2,000 runs"]);
  });
});

describe("span", () => {
  test("reaches to the end of its last point, whichever end was taken first", () => {
    const span = spanOf(series([nothing, busy, later]), 2, 1);
    expect(span).toEqual({ from: "2026-11-24T10:05:00.000Z", until: "2026-11-24T10:15:00.000Z" });
    expect(span && spanFilter(span, ["status:failed"])).toBe(
      "status:failed since:2026-11-24T10:05Z until:2026-11-24T10:15Z",
    );
  });
  test("is none outside of the points", () => expect(spanOf(series([nothing]), 0, 4)).toBeNull());
});

describe("labels", () => {
  test("times are of the viewer's zone, days where the chart is wide", () => {
    const at = Date.parse("2026-11-24T22:30:00Z");
    expect(timeLabels("Asia/Tokyo", 3_600_000)(at)).toBe("07:30");
    expect(timeLabels("Asia/Tokyo", 7 * 86_400_000)(at)).toBe("25 Nov");
    expect(pointLabels("UTC", 3_600_000, 86_400_000)("2026-11-24T22:30:00Z")).toBe("24 Nov, 22:30");
    expect(pointLabels("UTC", 60_000, 3_600_000)("2026-11-24T22:30:00Z")).toBe("22:30");
  });
  test("counts and durations are short", () => {
    expect([countLabel(0), countLabel(1200), countLabel(0.5)]).toEqual(["0", "1.2K", ""]);
    expect([0, 250, 1500, 120_000, 5_400_000].map(durationLabel)).toEqual([
      "0",
      "250 ms",
      "1.5 s",
      "2 m",
      "1.5 h",
    ]);
  });
});
