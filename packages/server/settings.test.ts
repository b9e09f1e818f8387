import { expect, it } from "vitest";
import { configKeys, configProblems, readSettings, SettingsError, type SettingsInput } from "./settings.ts";

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
  expect(problems({ mode: "dev", prot: 1 })).toBe("prot: there is no such setting");
  expect(problems({ mode: "dev", port: 99_999 })).toBe("port: must be at most 65535, not 99999");
  expect(problems({ mode: "dev", sdkUrls: ["localhost:3000"] })).toContain("sdkUrls: must be a URL");
  expect(problems({ mode: "dev", allowedHosts: ["http://x"] })).toContain("allowedHosts");
});

it("says what was expected and what came, in settings and in config files alike", () => {
  const cases: [object, string][] = [
    [{ port: "80" }, 'port: must be a whole number from 0 to 65535, not the text "80"'],
    [{ port: null }, "port: must be a whole number from 0 to 65535, not null"],
    [{ inMemory: "yes" }, 'inMemory: must be true or false, not the text "yes"'],
    [
      { sdkUrls: "http://localhost:3000" },
      'sdkUrls: must be a list of URLs, not the text "http://localhost:3000"',
    ],
    [
      { sdkUrls: ["http://a/x", 7] },
      "sdkUrls: item 2 must be a URL like http://localhost:3000/api/inngest, not 7",
    ],
    [{ durability: ["full"] }, 'durability: must be "full" or "normal", not a list'],
    [{ graceMs: () => 1 }, "graceMs: must be a whole number from 0 to 2147483647, not a function"],
  ];
  for (const [given, text] of cases) {
    expect(problems({ mode: "dev", ...given })).toBe(text);
    expect(configProblems(given).map(({ key, message }) => `${key}: ${message}`)).toEqual([text]);
  }
  expect(configProblems(["port"])).toEqual([
    { key: null, message: "expected an object with settings, not a list" },
  ]);
});

it("never repeats a secret, whatever is wrong with it", () => {
  const wrong = { eventKeys: ["my/secret", { secret: 1 }], signingKey: ["secret"] };
  const text = configProblems(wrong)
    .map(({ key, message }) => `${key}: ${message}`)
    .join("\n");
  expect(text).toMatch(
    /eventKeys: item 1 .*letters, digits.*\neventKeys: item 2 .*not an object\nsigningKey: must be text, not a list/,
  );
  expect(text).not.toContain("secret");
  expect(configProblems({ eventKeys: "secret" })[0]?.message).toBe("must be a list of event keys");
});

it("knows the same names for a config file, but for those that a mode decides", () => {
  const known = Object.keys(readSettings({ mode: "dev" })).filter(
    (key) => !["mode", "tryNextPort"].includes(key),
  );
  expect(configKeys.toSorted()).toEqual([...known, "logFormat", "logLevel"].toSorted());
  expect(configProblems({ mode: "dev", port: 1, logLevel: "debug", host: undefined })).toEqual([
    { key: "mode", message: "there is no such setting", unknown: true },
  ]);
});

it("refuses to look for apps in start", () => {
  expect(problems({ mode: "start", ...keys, discovery: true })).toMatch(/^discovery: start never looks/);
  expect(readSettings({ mode: "dev" }).discovery).toBe(false);
});

it("a database's URI is checked and never repeated; what is for files is refused beside it", () => {
  const uri = "postgres://u:s3cret@h:5432/d";
  expect(readSettings({ mode: "dev", postgresUri: uri })).toMatchObject({
    postgresUri: uri,
    inMemory: false,
  });
  for (const wrong of ["mysql://u:s3cret@h/d", "h/d?s3cret", "", "postgres://u:s3cret@h:port/d", 5]) {
    const text = problems({ mode: "dev", postgresUri: wrong });
    expect(text).toMatch(/^postgresUri: must be a URI like postgres:\/\/user:password@host/);
    expect(text).not.toContain("s3cret");
  }
  expect(problems({ mode: "dev", postgresUri: uri, inMemory: true })).toMatch(/^inMemory: a database keeps/);
  expect(problems({ mode: "dev", postgresUri: uri, durability: "normal" })).toMatch(/^durability: .*SQLite/);
});

it("refuses half an identity provider, one over plain http, and never repeats its secret", () => {
  const start = { mode: "start", ...keys };
  const oidc = { oidcIssuer: "https://login.example.com", oidcClientId: "stepwell" };
  expect(problems({ ...start, oidcIssuer: oidc.oidcIssuer })).toContain("oidcClientId: it is required");
  expect(problems({ ...start, oidcClientId: "stepwell" })).toContain("oidcIssuer: it is required");
  expect(problems({ ...start, ...oidc, oidcRoles: ["a=admin"] })).toContain("oidcRoleClaim: it is required");
  expect(problems({ ...start, ...oidc, oidcRoleClaim: "g", oidcRoles: ["a=king"] })).toContain(
    "jobs-admins=admin",
  );
  for (const issuer of [
    "http://login.example.com",
    "http://localhost.evil.example",
    "http://localhost@evil.example",
    "login.example.com",
  ])
    expect(problems({ ...start, ...oidc, oidcIssuer: issuer })).toContain("oidcIssuer: must be a URL");
  expect(
    readSettings({ mode: "start", ...keys, ...oidc, oidcIssuer: "http://127.0.0.1:9000" }).oidcIssuer,
  ).toBe("http://127.0.0.1:9000");
  expect(problems({ ...start, ...oidc, oidcClientSecret: 12345 })).not.toContain("12345");
});
