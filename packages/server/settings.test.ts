import { expect, it } from "vitest";
import { readSettings, SettingsError, type SettingsInput } from "./settings.ts";

const keys = { eventKeys: ["k"], signingKey: "signkey-test-12345678" };

function problems(input: unknown): string {
  try {
    readSettings(input as SettingsInput);
  } catch (error) {
    if (error instanceof SettingsError) return error.message;
    throw error;
  }
  throw new Error("was accepted");
}

it("fills in the defaults; only dev passes over a busy port", () => {
  expect(readSettings({ mode: "dev" })).toMatchObject({
    host: "127.0.0.1",
    port: 8288,
    tryNextPort: true,
    dir: ".stepwell",
    durability: "full",
    graceMs: 30_000,
  });
  expect(readSettings({ mode: "start", ...keys }).tryNextPort).toBe(false);
});

it("refuses start without keys, both in one text with their cure", () => {
  const text = problems({ mode: "start" });
  expect(text).toMatch(/eventKeys: .*openssl/);
  expect(text).toMatch(/signingKey: .*openssl/);
});

it("refuses keys that cannot be used without repeating them", () => {
  for (const signingKey of ["signkey-test-123", "signkey-test-zzzz", "nothex"]) {
    const text = problems({ mode: "start", ...keys, signingKey });
    expect(text).toMatch(/signingKey: the signing key/);
    expect(text).not.toContain(signingKey);
  }
  expect(problems({ mode: "start", ...keys, eventKeys: ["a/secret"] })).not.toContain("secret");
});

it("refuses unknown settings and wrong values by name", () => {
  expect(problems({ mode: "dev", prot: 1 })).toContain('"prot"');
  expect(problems({ mode: "dev", port: 99_999 })).toContain("port: must be at most 65535");
  expect(problems({ mode: "dev", sdkUrls: ["localhost:3000"] })).toContain("sdkUrls: must be a URL");
  expect(problems({ mode: "dev", allowedHosts: ["http://x"] })).toContain("allowedHosts");
});
