import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { CliError } from "./exit.ts";
import { bytes, duration, durationOrNone } from "./flag-values.ts";
import { addFlags, addForeignFlags, type Flags, foreignNotes, gather } from "./flags.ts";
import { devFlags, foreignFlags, foreignStartFlags, startFlags } from "./server-flags.ts";

function parsed(flags: Flags, args: string[]): Command {
  const command = new Command().exitOverride();
  addFlags(command, flags);
  addForeignFlags(command, flags === devFlags ? foreignFlags : foreignStartFlags);
  return command.parse(args, { from: "user" });
}
const given = (args: string[], env: Record<string, string> = {}, flags: Flags = startFlags) =>
  gather(parsed(flags, args), flags, env);

describe("where a value comes from", () => {
  it("is the flag, else our variable, else the platform's", () => {
    const env = { INNGEST_PORT: "9000", STEPWELL_PORT: "9002" };
    expect(given(["--port", "9001"], env)).toEqual({ port: 9001 });
    expect(given([], env)).toEqual({ port: 9002 });
    expect(given([], { INNGEST_PORT: "9000" })).toEqual({ port: 9000 });
    expect(given([])).toEqual({});
  });

  it("splits lists in variables at commas, and collects repeated flags", () => {
    expect(given([], { INNGEST_EVENT_KEY: "a, b" })).toEqual({ eventKeys: ["a", "b"] });
    expect(given(["--event-key", "x,y", "--event-key", "z"], { STEPWELL_EVENT_KEY: "a" })).toEqual({
      eventKeys: ["x,y", "z"],
    });
  });

  it("takes switches from variables, too", () => {
    expect(given([], { STEPWELL_IN_MEMORY: "1" }, devFlags)).toEqual({ inMemory: true });
    expect(given([], { STEPWELL_IN_MEMORY: "false" }, devFlags)).toEqual({});
    expect(given(["--no-discovery"], {}, devFlags)).toEqual({ discovery: false });
    expect(given([], { INNGEST_NO_DISCOVERY: "1" }, devFlags)).toEqual({ discovery: false });
    expect(given([], { INNGEST_NO_DISCOVERY: "0" }, devFlags)).toEqual({});
  });

  it("lets the command line win where two flags set one key", () => {
    expect(given(["--no-poll"], { INNGEST_POLL_INTERVAL: "9" }, devFlags)).toEqual({ pollIntervalMs: 0 });
    expect(given(["--poll-interval", "9"], { STEPWELL_NO_POLL: "1" }, devFlags)).toEqual({
      pollIntervalMs: 9_000,
    });
    expect(given(["--poll-interval", "9", "--no-poll"], {}, devFlags)).toEqual({ pollIntervalMs: 0 });
  });

  it("names where a value that cannot be read came from, and does not repeat it", () => {
    expect(() => given(["--port", "secret"])).toThrow(new CliError(2, "--port: expected a whole number"));
    expect(() => given([], { STEPWELL_GRACE: "soon" })).toThrow(/^STEPWELL_GRACE: expected a duration/);
  });
});

describe("flags of other servers", () => {
  const notes = (args: string[], env = {}) => foreignNotes(parsed(startFlags, args), foreignStartFlags, env);

  it("are taken with one line each", () => {
    expect(
      notes(["--tick", "10", "--persist", "--no-discovery"], { INNGEST_REDIS_URI: "redis://x" }),
    ).toEqual([
      expect.stringMatching(/^--persist: /),
      expect.stringMatching(/^--tick: /),
      expect.stringMatching(/^INNGEST_REDIS_URI: /),
      expect.stringMatching(/^--no-discovery: .*start never looks/),
    ]);
    expect(notes([])).toEqual([]);
  });

  it("say how it is here", () => {
    expect(notes(["--postgres-max-open-conns", "100"])).toEqual([
      expect.stringMatching(/^--postgres-max-open-conns: has no effect.*seven connections/),
    ]);
    expect(notes(["--postgres-uri", "postgres://u:p@h/d"])).toEqual([]);
  });
});

describe("values", () => {
  it.each([
    ["5", 5_000],
    ["30s", 30_000],
    ["1h30m", 5_400_000],
    ["0", 0],
    ["500ms", 500],
  ])("duration %s is %i ms", (text, ms) => {
    expect(duration(text)).toEqual({ value: ms });
  });
  it.each([
    ["64MiB", 67_108_864],
    ["1000", 1_000],
    ["2 kb", 2_048],
  ])("size %s is %i bytes", (text, size) => {
    expect(bytes(text)).toEqual({ value: size });
  });
  it("refuses what is neither", () => {
    expect(duration("soon")).toHaveProperty("expected");
    expect(bytes("-1")).toHaveProperty("expected");
    expect(durationOrNone("0")).toEqual({ value: null });
  });
});
