import { describe, expect, test } from "vitest";
import { checkCron, nextTick, ticksBetween } from "./index.ts";

const at = (iso: string) => Date.parse(iso);
const iso = (tick: number | null) =>
  tick === null ? null : new Date(tick).toISOString().replace(":00.000Z", "Z");
/** The first ticks after an instant, as `MM-DDTHH:MMZ`. */
const firstTicks = (expression: string, after: string, count: number) =>
  ticksBetween(expression, at(after), Number.POSITIVE_INFINITY, count).map((tick) => iso(tick)?.slice(5));

describe("expressions that are accepted", () => {
  test.each([
    ["* * * * *"],
    ["*/1 * * * *"],
    ["0-59 * * * *"],
    ["0,15,30-45/5 9-17 1,15 JAN-mar,12 mon-FRI"],
    ["5/15 * * * *"],
    ["*/90 * * * *"],
    ["0 0 ? * SUN"],
    ["0 0 30 2 *"],
    ["  0   12 * *\t5 "],
    ["TZ=Europe/Paris 0 12 * * 5"],
    ["CRON_TZ=America/New_York 0 12 * * 5"],
    ["TZ=UTC 0 12 * * 5"],
  ])("%j", (expression) => expect(checkCron(expression)).toBeNull());

  test("255 characters are not too many", () => {
    const expression = `${"1,".repeat(123)}1 * * * *`;
    expect(expression).toHaveLength(255);
    expect(checkCron(expression)).toBeNull();
    expect(checkCron(`${expression} `)).toContain("at most 255");
  });
});

describe("expressions that are refused, with the cure", () => {
  test.each<[string, string]>([
    ["", "here are 0"],
    ["* * * *", "five fields are expected"],
    ["0 * * * * *", "no field for seconds"],
    ["0 0 1 1 * 2026 *", "here are 7"],
    ["@hourly", 'for example "0 * * * *"'],
    ["@daily", 'for example "0 0 * * *"'],
    ["@every 5m", 'for example "*/5 * * * *"'],
    ["TZ=Europe/Paris @weekly", 'for example "0 0 * * 0"'],
    ["60 * * * *", "use 0 to 59"],
    ["* 24 * * *", "use 0 to 23"],
    ["* * 0 * *", "use 1 to 31"],
    ["* * 32 * *", "use 1 to 31"],
    ["* * * 13 *", "use 1 to 12, or jan to dec"],
    ["* * * * 7", "Sunday is 0"],
    ["* * * * monday", "sun to sat"],
    ["mon * * * *", "is not a minute"],
    ["* * * * fri-mon", "two ranges"],
    ["* 22-2 * * *", "two ranges"],
    ["*/0 * * * *", "use 1 or more"],
    ["1,,2 * * * *", "an empty entry"],
    ["* * L * *", "is not a day of month"],
    ["* * 15W * *", "cannot be read"],
    ["* * * * 5#2", "cannot be read"],
    ["* * * * +1", "cannot be read"],
    ["-5 * * * *", "cannot be read"],
    ["/5 * * * *", "cannot be read"],
    ["1.5 * * * *", "cannot be read"],
    ["TZ=Europe/Atlantis 0 12 * * *", 'no time zone "Europe/Atlantis"'],
    ["TZ=Local 0 12 * * *", 'no time zone "Local"'],
    ["TZ= 0 12 * * *", 'no time zone ""'],
    ["TZ=Europe/Paris", "five fields are expected"],
    ["tz=Europe/Paris 0 12 * * *", "in capitals"],
  ])("%j: %s", (expression, words) => {
    expect(checkCron(expression)).toContain(words);
    expect(nextTick(expression, at("2026-01-01T00:00:00Z"))).toBeNull();
  });
});

describe("ticks", () => {
  test.each<[string, string, string[]]>([
    ["* * * * *", "2026-01-01T00:00:00Z", ["01-01T00:01Z", "01-01T00:02Z"]],
    ["* * * * *", "2026-01-01T00:00:59.999Z", ["01-01T00:01Z"]],
    ["* * * * *", "2025-12-31T23:59:59.500Z", ["01-01T00:00Z"]],
    [
      "5/15 * * * *",
      "2026-01-01T00:00:00Z",
      ["01-01T00:05Z", "01-01T00:20Z", "01-01T00:35Z", "01-01T00:50Z"],
    ],
    ["*/90 * * * *", "2026-01-01T00:00:00Z", ["01-01T01:00Z", "01-01T02:00Z"]],
    ["0 9 ? * MON-FRI", "2026-01-02T09:00:00Z", ["01-05T09:00Z", "01-06T09:00Z"]],
    ["0 0 * * sun", "2026-01-01T00:00:00Z", ["01-04T00:00Z"]],
    ["0 0 29 2 *", "2026-01-01T00:00:00Z", ["02-29T00:00Z", "02-29T00:00Z"]],
    ["0 0 30 2 *", "2026-01-01T00:00:00Z", []],
    ["0 0 31 4,6 *", "2026-01-01T00:00:00Z", []],
  ])("%s after %s", (expression, after, ticks) => {
    expect(firstTicks(expression, after, ticks.length || 1)).toEqual(ticks);
  });

  test("29 February comes in leap years only", () => {
    expect(iso(nextTick("0 0 29 2 *", at("2026-01-01T00:00:00Z")))).toBe("2028-02-29T00:00Z");
    expect(iso(nextTick("0 0 29 2 *", at("2028-02-29T00:00:00Z")))).toBe("2032-02-29T00:00Z");
  });

  test("what is more than 5 years away does not come: 2100 is no leap year", () => {
    expect(nextTick("0 0 29 2 *", at("2096-03-01T00:00:00Z"))).toBeNull();
  });

  test.each<[string, string[]]>([
    ["0 0 13 * 5", ["01-02T00:00Z", "01-09T00:00Z", "01-13T00:00Z", "01-16T00:00Z"]],
    ["0 0 */10 * 1", ["01-05T00:00Z", "01-11T00:00Z", "01-12T00:00Z", "01-19T00:00Z", "01-21T00:00Z"]],
    ["0 0 1-31 * 1", ["01-02T00:00Z", "01-03T00:00Z"]],
    ["0 0 * * 1", ["01-05T00:00Z", "01-12T00:00Z"]],
    ["0 0 */1 * 1", ["01-05T00:00Z", "01-12T00:00Z"]],
    ["0 0 1,* * 1", ["01-05T00:00Z", "01-12T00:00Z"]],
    ["0 0 ? * 1", ["01-05T00:00Z", "01-12T00:00Z"]],
    ["0 0 13 * ?", ["01-13T00:00Z", "02-13T00:00Z"]],
    ["0 0 13 * */1", ["01-13T00:00Z", "02-13T00:00Z"]],
  ])("both days restricted: either may match; one open: the other decides (%s)", (expression, ticks) => {
    expect(firstTicks(expression, "2026-01-01T00:00:00Z", ticks.length)).toEqual(ticks);
  });

  test.each<[string, string, string[]]>([
    ["TZ=Europe/Paris 0 12 * * 5", "2026-07-01T00:00:00Z", ["07-03T10:00Z", "07-10T10:00Z"]],
    ["TZ=Europe/Paris 0 12 * * 5", "2026-01-01T00:00:00Z", ["01-02T11:00Z", "01-09T11:00Z"]],
    ["CRON_TZ=Europe/Paris 0 12 * * 5", "2026-01-01T00:00:00Z", ["01-02T11:00Z"]],
    ["0 12 * * 5", "2026-07-01T00:00:00Z", ["07-03T12:00Z"]],
    ["TZ=Asia/Kolkata 0 9 * * *", "2026-01-01T00:00:00Z", ["01-01T03:30Z"]],
    ["TZ=Pacific/Kiritimati 0 0 1 1 *", "2026-06-01T00:00:00Z", ["12-31T10:00Z"]],
    ["TZ=America/New_York 0 2 1 * *", "2026-03-15T00:00:00Z", ["04-01T06:00Z"]],
  ])("zone: %s after %s", (expression, after, ticks) => {
    expect(firstTicks(expression, after, ticks.length)).toEqual(ticks);
  });

  test.each<[string, string, string, string[]]>([
    [
      "gap, fixed time",
      "TZ=Europe/Paris 30 2 * * *",
      "2026-03-28T12:00:00Z",
      ["03-29T01:00Z", "03-30T00:30Z"],
    ],
    ["gap, steps", "TZ=Europe/Paris */30 * * * *", "2026-03-29T00:30:00Z", ["03-29T01:00Z", "03-29T01:30Z"]],
    [
      "gap, steps only in it",
      "TZ=Europe/Paris */30 2 * * *",
      "2026-03-28T12:00:00Z",
      ["03-30T00:00Z", "03-30T00:30Z"],
    ],
    [
      "gap at midnight",
      "TZ=America/Sao_Paulo 0 0 * * *",
      "2018-11-03T12:00:00Z",
      ["11-04T03:00Z", "11-05T02:00Z"],
    ],
    [
      "overlap, fixed time",
      "TZ=Europe/Paris 30 2 * * *",
      "2026-10-24T12:00:00Z",
      ["10-25T00:30Z", "10-26T01:30Z"],
    ],
    [
      "overlap, steps",
      "TZ=Europe/Paris */30 * * * *",
      "2026-10-24T23:59:00Z",
      ["10-25T00:00Z", "10-25T00:30Z", "10-25T01:00Z", "10-25T01:30Z", "10-25T02:00Z"],
    ],
    [
      "overlap, asked inside its second hour",
      "TZ=Europe/Paris 30 2 * * *",
      "2026-10-25T01:10:00Z",
      ["10-26T01:30Z"],
    ],
    [
      "overlap of half an hour",
      "TZ=Australia/Lord_Howe 30 * * * *",
      "2026-04-04T14:00:00Z",
      ["04-04T14:30Z", "04-04T15:00Z"],
    ],
  ])("DST: %s", (_case, expression, after, ticks) => {
    expect(firstTicks(expression, after, ticks.length)).toEqual(ticks);
  });

  test("between two instants: after excluded, until included, never more than asked for", () => {
    const [after, until] = [at("2026-01-01T00:00:00Z"), at("2026-01-01T00:04:00Z")];
    expect(ticksBetween("* * * * *", after, until, 100).map(iso)).toEqual([
      "2026-01-01T00:01Z",
      "2026-01-01T00:02Z",
      "2026-01-01T00:03Z",
      "2026-01-01T00:04Z",
    ]);
    expect(ticksBetween("* * * * *", after, until - 1, 100)).toHaveLength(3);
    expect(ticksBetween("* * * * *", after, until, 2)).toHaveLength(2);
    expect(ticksBetween("* * * * *", after, until, 0)).toEqual([]);
    expect(ticksBetween("* * * * *", until, after, 100)).toEqual([]);
  });
});
