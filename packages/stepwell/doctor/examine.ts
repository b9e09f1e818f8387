/**
 * The whole examination of `stepwell doctor`, from the process outward: Node, settings, data, port,
 * server, apps, environment. It changes nothing and needs no running server.
 */
import { readSettings, type Settings, SettingsError, type SettingsInput, secretKeys } from "@stepwell/server";
import { readVersion } from "../version.ts";
import { type AppCheckOptions, checkApp } from "./app.ts";
import { broken, type Check, note, ok, withoutLogin } from "./check.ts";
import { checkData } from "./data.ts";
import { checkEnvironment } from "./environment.ts";
import { checkServer } from "./server.ts";

export interface Examined {
  mode: "dev" | "start";
  /** Where each setting came from: a flag, a variable, a path, or the mode; by key. */
  told: Readonly<Record<string, { value: unknown; from: string }>>;
  input: SettingsInput;
  /** The config file that was used; null: none; an error: it cannot be used. */
  file: string | Error | null;
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  /** Variables of ours that some command reads. */
  variables: readonly string[];
  /** Problems of settings in the user's words. */
  wordsOf: (error: SettingsError) => string[];
  /** Milliseconds. */
  now: () => number;
}

export interface Diagnosis {
  isWell: boolean;
  mode: "dev" | "start";
  version: string;
  settings: Record<string, { value: unknown; from: string }>;
  checks: Check[];
}

const MOST_APPS = 20;

/** Looks at everything; never throws for what it finds. */
export async function examine(subject: Examined): Promise<Diagnosis> {
  const { mode, env } = subject;
  const read = readOrDefault(subject);
  const data = await checkData(read.settings);
  const server = await checkServer(read.settings);
  const serverUrl = server.url ?? `http://127.0.0.1:${read.settings.port === 0 ? 8288 : read.settings.port}`;
  const urls = new Set([...read.settings.sdkUrls, ...server.appUrls, ...data.appUrls]);
  const apps = [...urls].filter((url) => /^https?:/.test(url)).slice(0, MOST_APPS);
  const appOptions: AppCheckOptions = { settings: read.settings, serverUrl, now: subject.now };
  const checks = [
    checkNode(),
    checkConfig(subject),
    ...read.checks,
    ...data.checks,
    ...server.checks,
    ...(await Promise.all(apps.map((url) => checkApp(url, appOptions)))).flat(),
    ...(apps.length === 0 ? [noApps(mode, serverUrl)] : []),
    ...checkEnvironment(env, mode, subject.variables, serverUrl),
  ];
  return {
    isWell: checks.every(({ is }) => is !== "broken"),
    mode,
    version: readVersion(),
    settings: shown(subject.told),
    checks: checks.map(withoutLogins),
  };
}

function checkNode(): Check {
  const { version, platform, arch } = process;
  const [major = 0, minor = 0] = version.slice(1).split(".").map(Number);
  const says = `stepwell ${readVersion()} on Node ${version}, ${platform} ${arch}`;
  return major > 24 || (major === 24 && minor >= 15)
    ? ok("node", says)
    : broken("node", says, "Stepwell needs Node 24.15 or newer.");
}

function checkConfig({ file, cwd }: Examined): Check {
  if (file instanceof Error)
    return broken("config", file.message, "Every key: docs/reference/config.md, `npx stepwell dev --help`.");
  return file === null
    ? ok("config", `no config file from ${cwd} upward; flags and variables only`)
    : ok("config", file);
}

/** Where settings are wrong, the rest is examined with their defaults. */
function readOrDefault({ input, mode, wordsOf }: Examined): { settings: Settings; checks: Check[] } {
  try {
    return { settings: readSettings(input), checks: [] };
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    const wrong = new Set(error.problems.map(({ key }) => key));
    const usable = Object.fromEntries(Object.entries(input).filter(([key]) => !wrong.has(key)));
    const checks = wordsOf(error).map((line) =>
      broken("settings", line, `\`npx stepwell ${mode} --help\` shows what is expected.`),
    );
    return { settings: { ...readSettings({ ...usable, mode: "dev" }), mode }, checks };
  }
}

function noApps(mode: "dev" | "start", serverUrl: string): Check {
  const how =
    mode === "dev"
      ? `start yours with INNGEST_DEV=${serverUrl}, and dev finds it on the usual ports`
      : "name yours with --sdk-url, or let it register itself (PUT to its serve URL)";
  return note("app", `no app is known here; ${how}`);
}

/** Settings with their sources; of keys only that they are there. */
function shown(told: Examined["told"]): Diagnosis["settings"] {
  return Object.fromEntries(
    Object.entries(told).map(([key, { value, from }]) => [key, { value: maskedValue(key, value), from }]),
  );
}

/** Addresses stand in texts, too. */
function withoutLogins(check: Check): Check {
  const { says, cure } = check;
  return {
    ...check,
    says: withoutLogin(says),
    ...(cure === undefined ? {} : { cure: withoutLogin(cure) }),
  };
}

function maskedValue(key: string, value: unknown): unknown {
  if (secretKeys.has(key)) return Array.isArray(value) ? value.map(() => "(secret)") : "(secret)";
  if (Array.isArray(value))
    return value.map((item) => (typeof item === "string" ? withoutLogin(item) : item));
  return typeof value === "string" ? withoutLogin(value) : value;
}
