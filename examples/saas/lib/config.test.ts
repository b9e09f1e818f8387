import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readConfig } from "./config.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "saas-config-"));
});
afterEach(() => rmSync(root, { recursive: true }));

describe("the settings", () => {
  it("have defaults that run on a laptop", () => {
    const config = readConfig({ FILES_DIR: join(root, "files"), PORT: "3999", SMTP_HOST: "" });
    expect(config).toMatchObject({
      appUrl: "http://127.0.0.1:3999",
      databaseFile: ".data/saas.db",
      mailboxShown: true,
      smtp: undefined,
    });
  });

  it("make a link secret once and keep it readable for the owner only", () => {
    const env = { FILES_DIR: join(root, "files") };
    expect(readConfig(env).fileSigningSecret).toBe(readConfig(env).fileSigningSecret);
    expect(statSync(join(root, "link.secret")).mode & 0o777).toBe(0o600);
  });

  it("hide the mailbox when a real SMTP server is set, or by wish", () => {
    const env = { FILES_DIR: join(root, "files") };
    const real = readConfig({ ...env, SMTP_HOST: "mail.example", SMTP_USER: "u", SMTP_PASSWORD: "p" });
    expect(real.mailboxShown).toBe(false);
    expect(real.smtp).toEqual({
      host: "mail.example",
      port: 587,
      secure: false,
      auth: { user: "u", pass: "p" },
    });
    expect(readConfig({ ...env, SAAS_MAILBOX: "off" }).mailboxShown).toBe(false);
  });

  it("that are wrong are all named at once", () => {
    const env = { PORT: "http", DATABASE_URL: "postgres://db/saas", SAAS_SEED: "yes" };
    expect(() => readConfig(env)).toThrow(/PORT .*DATABASE_URL must be the path.*SAAS_SEED must be/);
  });
});
