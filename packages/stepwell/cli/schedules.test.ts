import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Clock } from "@stepwell/engine";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { type Stepwell, startStepwell } from "../start-stepwell.ts";
import { run } from "./main.ts";

vi.hoisted(() => {
  process.env.NO_COLOR = "1";
});

const MINUTE = 60_000;
const noon = Date.UTC(2026, 2, 10, 12);
/** Stands still until it is moved. */
const timers = new Set<{ at: number; call: () => void }>();
let now = noon - MINUTE;
const clock: Clock = {
  now: () => now,
  at(at, call) {
    const timer = { at, call };
    timers.add(timer);
    if (at <= now) queueMicrotask(() => timers.delete(timer) && call());
    return () => timers.delete(timer);
  },
};

let dir: string;
let stepwell: Stepwell;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "stepwell-schedules-"));
  stepwell = await startStepwell({ mode: "dev", inMemory: true, dir, port: 0, graceMs: 0, clock });
});
afterAll(async () => {
  await stepwell.close();
  rmSync(dir, { recursive: true, force: true });
});

async function command(...args: string[]): Promise<{ code: number; out: string }> {
  let out = "";
  const stdout = vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    out += String(text);
    return true;
  });
  process.exitCode = undefined;
  try {
    await run([...args, "--url", stepwell.url]);
    return { code: Number(process.exitCode ?? 0), out };
  } finally {
    stdout.mockRestore();
  }
}

it("says that there is none", { timeout: 30_000 }, async () => {
  expect(await command("schedules")).toEqual({ code: 0, out: "No schedules.\n" });
});

it("shows schedules with their last, next and missed ticks, in pages", { timeout: 30_000 }, async () => {
  await stepwell.engine.sync({
    appName: "shop",
    url: "http://127.0.0.1:1/api",
    sdk: "js:v4",
    framework: null,
    platform: null,
    env: null,
    appVersion: null,
    checksum: "1",
    functions: [
      {
        slug: "shop-report",
        name: "Report",
        triggers: [{ cron: "0 * * * *" }, { cron: "0 0 30 2 *" }],
        url: "http://127.0.0.1:1/api?fnId=shop-report",
        maxAttempts: 1,
        concurrency: [],
      },
    ],
  });
  // Two hours and a half later, as after a night with the lid closed.
  now = noon + 150 * MINUTE;
  for (const timer of [...timers]) if (timer.at <= now && timers.delete(timer)) timer.call();
  const { out } = await vi.waitFor(async () => {
    const shown = await command("schedules");
    expect(shown.out).toContain("missed");
    return shown;
  }, 10_000);
  const [head, hourly, never, more] = out.split("\n");
  expect(head).toMatch(/^FUNCTION +CRON +LAST +STATUS +NEXT +MISSED$/);
  const time = (hour: number) => {
    const at = new Date(noon + hour * 60 * MINUTE);
    return `${at.getFullYear()}-0${at.getMonth() + 1}-${at.getDate()} ${String(at.getHours()).padStart(2, "0")}:00`;
  };
  expect(hourly).toMatch(/^shop-report +0 \* \* \* \* /);
  expect(hourly?.split(/ {2,}/).slice(2)).toEqual([time(2), "missed", time(3), `3, last ${time(2)}`]);
  expect(never?.split(/ {2,}/)).toEqual(["shop-report", "0 0 30 2 *", "never"]);
  expect(more).toBe("");

  const json = JSON.parse((await command("schedules", "--json", "--limit", "1")).out);
  expect(json.data).toMatchObject([{ cron: "0 * * * *", missed: { count: 3 } }]);
  const page = await command("schedules", "--limit", "1");
  expect(page.out).toContain(`More: stepwell schedules --cursor ${json.data[0].id}`);
  const second = await command("schedules", "--cursor", json.data[0].id);
  expect(second.out).toContain("0 0 30 2 *");
  expect(second.out).not.toContain("0 * * * *");
});
