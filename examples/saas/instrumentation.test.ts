import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { readConfig } from "@/lib/config.ts";
import { createServices, replaceServices } from "@/services/index.ts";
import { register } from "./instrumentation.ts";

const exit = vi.spyOn(process, "exit");
const said = vi.spyOn(console, "error");
beforeEach(() => {
  exit.mockReturnValue(undefined as never);
  said.mockReturnValue();
  vi.stubEnv("NEXT_RUNTIME", "nodejs");
  Reflect.deleteProperty(globalThis, "saasServices");
});
afterEach(() => {
  vi.clearAllMocks();
  vi.unstubAllEnvs();
});

describe("the start", () => {
  it("goes on when all is well", async () => {
    await register();
    expect(exit).not.toHaveBeenCalled();
  });

  it.each([
    ["a wrong setting", { APP_URL: "nonsense" }, /^The app cannot start\. Wrong settings: APP_URL must be/],
    [
      "nowhere to send mails",
      { INNGEST_DEV: "0" },
      /^The app cannot start\. .*set SMTP_HOST .*\.env\.example/,
    ],
    ["no mailbox and no mail server", { SAAS_MAILBOX: "off" }, /set SMTP_HOST to a mail server/],
  ])("ends the process with one line: %s", async (_what, variables, line) => {
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
    await register();
    expect(exit).toHaveBeenCalledExactlyOnceWith(1);
    expect(said).toHaveBeenCalledExactlyOnceWith(expect.stringMatching(line));
  });

  it("does nothing in another runtime", async () => {
    vi.stubEnv("NEXT_RUNTIME", "edge");
    vi.stubEnv("APP_URL", "nonsense");
    await register();
    expect(exit).not.toHaveBeenCalled();
  });
});

it("a database that was away at first is asked again", async () => {
  const made = createServices(readConfig(process.env));
  replaceServices(made);
  const migrate = vi.spyOn(made.database, "migrate").mockRejectedValueOnce(new Error("database is locked"));
  await expect(made.ready()).rejects.toThrow("database is locked");
  await made.ready();
  await made.ready();
  expect(migrate).toHaveBeenCalledTimes(2);
});
