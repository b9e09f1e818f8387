import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readConfig, variableNames } from "./config.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "saas-config-"));
});
afterEach(() => rmSync(root, { recursive: true }));

describe("the settings", () => {
  it("have defaults that run on a laptop", () => {
    const config = readConfig({ INNGEST_DEV: "1", FILES_DIR: join(root, "files"), PORT: "3999" });
    expect(config).toMatchObject({
      appUrl: "http://127.0.0.1:3999",
      databaseUrl: ".data/saas.db",
      mailboxShown: true,
      smtp: undefined,
    });
  });

  it.each([
    ["link.secret", "fileSigningSecret"],
    ["session.secret", "authSecret"],
  ] as const)("make %s once and keep it readable for the owner only", (file, name) => {
    const env = { FILES_DIR: join(root, "files") };
    expect(readConfig(env)[name]).toMatch(/^[0-9a-f]{64}$/);
    expect(readConfig(env)[name]).toBe(readConfig(env)[name]);
    expect(statSync(join(root, file)).mode & 0o777).toBe(0o600);
  });

  it("sign links and sessions with different secrets", () => {
    const config = readConfig({ FILES_DIR: join(root, "files") });
    expect(config.authSecret).not.toBe(config.fileSigningSecret);
  });

  it("trust the proxies that are named, and by default none", () => {
    const env = { FILES_DIR: join(root, "files") };
    expect(readConfig(env).trustedProxies).toEqual([]);
    const named = readConfig({ ...env, TRUSTED_PROXIES: "10.0.0.4, fd00::/8" });
    expect(named.trustedProxies).toEqual(["10.0.0.4", "fd00::/8"]);
  });

  it.each([
    ["a dev server of this machine", { INNGEST_DEV: "1" }, true],
    ["another one", { INNGEST_DEV: "http://127.0.0.1:9288" }, true],
    ["none named", {}, false],
    ["an empty name", { INNGEST_DEV: "" }, false],
    ["production", { INNGEST_DEV: "0" }, false],
    ["production, in words", { INNGEST_DEV: "False" }, false],
    ["a real SMTP server", { INNGEST_DEV: "1", SMTP_HOST: "mail.example" }, false],
    ["no wish for it", { INNGEST_DEV: "1", SAAS_MAILBOX: "off" }, false],
    ["a wish for it in production", { INNGEST_DEV: "0", SAAS_MAILBOX: "on" }, true],
  ])("show the mailbox in development only, or by wish: %s", (_where, set, shown) => {
    const config = readConfig({ FILES_DIR: join(root, "files"), ...set } as Record<string, string>);
    expect(config.mailboxShown).toBe(shown);
  });

  it("leave the demo's people out where mails are really sent, unless they are wished for", () => {
    const seedOf = (set: Record<string, string>) =>
      readConfig({ FILES_DIR: join(root, "files"), ...set }).seed;
    expect([seedOf({}), seedOf({ SAAS_SEED: "off" })]).toEqual([true, false]);
    const SMTP_HOST = "mail.example";
    expect([seedOf({ SMTP_HOST }), seedOf({ SMTP_HOST, SAAS_SEED: "on" })]).toEqual([false, true]);
  });

  it("name the SMTP server with its defaults", () => {
    const env = { FILES_DIR: join(root, "files") };
    const real = readConfig({ ...env, SMTP_HOST: "mail.example", SMTP_USER: "u", SMTP_PASSWORD: "p" });
    expect(real.smtp).toEqual({
      host: "mail.example",
      port: 587,
      secure: false,
      auth: { user: "u", pass: "p" },
    });
  });

  it("name no Redis and no Stripe unless they are set", () => {
    const env = { FILES_DIR: join(root, "files"), STRIPE_API_URL: "http://127.0.0.1:9" };
    expect(readConfig(env)).toMatchObject({ redisUrl: undefined, stripe: undefined });
    const set = { ...env, REDIS_URL: "rediss://:secret@cache.example", STRIPE_SECRET_KEY: "rk_live_1" };
    expect(readConfig(set)).toMatchObject({
      redisUrl: "rediss://:secret@cache.example",
      stripe: { key: "rk_live_1", apiUrl: "http://127.0.0.1:9" },
    });
  });

  it.each([
    ["a dev server of this machine", { INNGEST_DEV: "1" }, {}],
    [
      "a dev server that is given a key",
      { INNGEST_DEV: "1", STEPWELL_API_KEY: "swk_1" },
      { apiKey: "swk_1" },
    ],
    [
      "a Stepwell server with keys",
      { INNGEST_BASE_URL: "https://stepwell.example", STEPWELL_API_KEY: "swk_1" },
      { apiKey: "swk_1" },
    ],
    ["the same without a key", { INNGEST_BASE_URL: "https://stepwell.example" }, undefined],
    ["Inngest's cloud", { INNGEST_DEV: "0" }, undefined],
  ])("open the console only where a Stepwell server runs the functions: %s", (_where, set, settings) => {
    const config = readConfig({ FILES_DIR: join(root, "files"), ...set } as Record<string, string>);
    expect(config.console).toEqual(settings);
  });

  it("keep the console's key from Inngest's cloud", () => {
    const env = { FILES_DIR: join(root, "files"), INNGEST_DEV: "0", STEPWELL_API_KEY: "swk_geheim" };
    expect(() => readConfig(env)).toThrow("set INNGEST_BASE_URL to its address");
    expect(() => readConfig(env)).not.toThrow("geheim");
  });

  it("do not show a secret when they are wrong", () => {
    const env = {
      REDIS_URL: "http://:geheim@cache.example",
      STRIPE_SECRET_KEY: "geheim",
      STEPWELL_API_KEY: "geheim",
    };
    const wrong =
      /REDIS_URL must be a redis:\/\/ or rediss:\/\/ address; STRIPE_SECRET_KEY must be a key .*; STEPWELL_API_KEY must be a key/;
    expect(() => readConfig(env)).toThrow(wrong);
    expect(() => readConfig(env)).not.toThrow("geheim");
  });

  it("that are wrong are all named at once", () => {
    const env = { PORT: "http", DATABASE_URL: "mysql://db/saas", SAAS_SEED: "yes" };
    expect(() => readConfig(env)).toThrow(/PORT .*DATABASE_URL must be the path.*SAAS_SEED must be/);
    const secrets = { BETTER_AUTH_SECRET: "short", TRUSTED_PROXIES: "10.0.0.4, everybody" };
    const said = /BETTER_AUTH_SECRET must have.*32.*TRUSTED_PROXIES\.1 must be an address or a range/;
    expect(() => readConfig(secrets)).toThrow(said);
  });
});

describe(".env.example", () => {
  const page = readFileSync(".env.example", "utf8");
  const named = [...page.matchAll(/^#? ?([A-Z][A-Z_]+)=/gm)].map(([, name = ""]) => name);

  it("has every variable the app reads, and the SDK's that matter, each once", () => {
    const keys = ["INNGEST_EVENT_KEY", "INNGEST_SIGNING_KEY", "INNGEST_SIGNING_KEY_FALLBACK"];
    const ofSdk = ["INNGEST_ENV", ...keys];
    expect(named.toSorted()).toEqual([...variableNames, ...ofSdk].toSorted());
  });

  it("explains each: a comment of words stands above it, or above its group", () => {
    for (const group of page.split("\n\n")) {
      const first = group.split("\n").find((line) => !line.startsWith("# ---"));
      if (/^#? ?[A-Z_]+=/m.test(group)) expect(first).toMatch(/^# (\w|").*[a-z]/);
    }
  });
});
