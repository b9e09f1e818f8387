/**
 * Every variable the app reads (the other INNGEST_* ones are the SDK's alone), checked once.
 * `.env.example` explains them; an unset or empty one takes its default.
 */
import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { z } from "zod";
import { isPostgres } from "@/db/dialect.ts";

const unset = (value: unknown) => (value === "" ? undefined : value);
const optional = <T extends z.ZodType>(schema: T) => z.preprocess(unset, schema.optional());
const onOrOff = optional(z.enum(["on", "off"], { error: 'must be "on" or "off"' }));

/** "10.0.0.4, 10.1.0.0/16" */
const address = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], {
  error: 'must be an address or a range, for example "10.0.0.4" or "10.1.0.0/16"',
});
const addresses = z
  .string()
  .transform((list) => list.split(",").map((part) => part.trim()))
  .pipe(z.array(address));

const Environment = z.object({
  INNGEST_DEV: optional(z.string()),
  INNGEST_BASE_URL: optional(z.string()),
  PORT: optional(z.coerce.number().int().min(1).max(65_535)),
  APP_URL: optional(z.url({ protocol: /^https?$/, error: "must be an http(s) address" })),
  DATABASE_URL: optional(
    z.string().refine((url) => isPostgres(url) || !/^[a-z]+:\/\//i.test(url), {
      error: 'must be the path of a SQLite file, for example ".data/saas.db", or postgres://user@host/name',
    }),
  ),
  FILES_DIR: optional(z.string()),
  FILE_SIGNING_SECRET: optional(z.string().min(32, "must have at least 32 characters")),
  BETTER_AUTH_SECRET: optional(z.string().min(32, "must have at least 32 characters")),
  TRUSTED_PROXIES: optional(addresses),
  MAIL_FROM: optional(z.string()),
  SMTP_HOST: optional(z.string()),
  SMTP_PORT: optional(z.coerce.number().int().min(1).max(65_535)),
  SMTP_SECURE: onOrOff,
  SMTP_USER: optional(z.string()),
  SMTP_PASSWORD: optional(z.string()),
  REDIS_URL: optional(z.url({ protocol: /^rediss?$/, error: "must be a redis:// or rediss:// address" })),
  STRIPE_SECRET_KEY: optional(z.string().regex(/^(sk|rk)_/, 'must be a key that begins with "sk_" or "rk_"')),
  STRIPE_API_URL: optional(z.url({ protocol: /^https?$/, error: "must be an http(s) address" })),
  STEPWELL_API_KEY: optional(z.string().startsWith("swk_", 'must be a key that begins with "swk_"')),
  SAAS_MAILBOX: onOrOff,
  SAAS_SEED: onOrOff,
});

export const variableNames: string[] = Object.keys(Environment.shape);

export type SmtpSettings = {
  host: string;
  port: number;
  secure: boolean;
  auth?: { user: string; pass: string };
};

export type Config = {
  appUrl: string;
  /** A file, ":memory:", or postgres://… */
  databaseUrl: string;
  filesDir: string;
  fileSigningSecret: string;
  /** Signs the session cookies. */
  authSecret: string;
  /** Whose word is taken for where a request comes from; none by default. */
  trustedProxies: string[];
  mailFrom: string;
  /** Absent: mails go to the app's own catcher, and the mailbox shows them. */
  smtp: SmtpSettings | undefined;
  /** Absent: there is no Redis to check. */
  redisUrl: string | undefined;
  /** Absent: nothing is asked of Stripe. */
  stripe: { key: string; apiUrl: string | undefined } | undefined;
  /** Stepwell's dashboard for admins; absent: the functions do not run on a Stepwell server. */
  console: { apiKey?: string } | undefined;
  /** Whether everybody may read all mails, and write what the development routes write. */
  mailboxShown: boolean;
  seed: boolean;
};

/** Reads the configuration, or throws one error that names each wrong variable. */
export function readConfig(env: Record<string, string | undefined>): Config {
  const parsed = Environment.safeParse(env);
  if (!parsed.success) {
    const wrong = parsed.error.issues.map((issue) => `${issue.path.join(".")} ${issue.message}`);
    throw new Error(`Wrong settings: ${wrong.join("; ")}. See examples/saas/.env.example.`);
  }
  const set = parsed.data;
  const filesDir = resolve(/* turbopackIgnore: true */ set.FILES_DIR ?? ".data/files");
  return {
    appUrl: (set.APP_URL ?? `http://127.0.0.1:${set.PORT ?? 3000}`).replace(/\/+$/, ""),
    databaseUrl: (set.DATABASE_URL ?? ".data/saas.db").replace(/^file:/, ""),
    filesDir,
    fileSigningSecret: set.FILE_SIGNING_SECRET ?? keptSecret(join(dirname(filesDir), "link.secret")),
    authSecret: set.BETTER_AUTH_SECRET ?? keptSecret(join(dirname(filesDir), "session.secret")),
    trustedProxies: set.TRUSTED_PROXIES ?? [],
    mailFrom: set.MAIL_FROM ?? "Tallyho <hello@tallyho.example>",
    smtp: set.SMTP_HOST ? smtpSettings(set.SMTP_HOST, set) : undefined,
    redisUrl: set.REDIS_URL,
    stripe: set.STRIPE_SECRET_KEY ? { key: set.STRIPE_SECRET_KEY, apiUrl: set.STRIPE_API_URL } : undefined,
    console: consoleSettings(set),
    mailboxShown: set.SAAS_MAILBOX ? set.SAAS_MAILBOX === "on" : isDevelopment(set) && !set.SMTP_HOST,
    seed: set.SAAS_SEED ? set.SAAS_SEED === "on" : !set.SMTP_HOST,
  };
}

/** As the SDK reads it. */
function isDevelopment({ INNGEST_DEV = "0" }: z.infer<typeof Environment>): boolean {
  return !["0", "false"].includes(INNGEST_DEV.trim().toLowerCase());
}

/** A dev server asks for no key; any other one gives one. It is never sent to Inngest's cloud. */
function consoleSettings(set: z.infer<typeof Environment>): Config["console"] {
  const { STEPWELL_API_KEY: apiKey, INNGEST_BASE_URL: server } = set;
  if (isDevelopment(set)) return apiKey ? { apiKey } : {};
  if (!apiKey) return undefined;
  if (server) return { apiKey };
  throw new Error(
    "STEPWELL_API_KEY is a key of a Stepwell server: set INNGEST_BASE_URL to its address. See examples/saas/.env.example.",
  );
}

/** Mails that nobody sends and nobody sees are lost: better no start. */
export function refuseLostMails({ smtp, mailboxShown }: Pick<Config, "smtp" | "mailboxShown">): void {
  if (smtp || mailboxShown) return;
  throw new Error(
    "There is nowhere to send mails: set SMTP_HOST to a mail server. In development set INNGEST_DEV=1, or " +
      "SAAS_MAILBOX=on, and /dev/mailbox shows them to everybody. See examples/saas/.env.example.",
  );
}

function smtpSettings(host: string, set: z.infer<typeof Environment>): SmtpSettings {
  const secure = set.SMTP_SECURE === "on";
  const settings: SmtpSettings = { host, port: set.SMTP_PORT ?? (secure ? 465 : 587), secure };
  if (set.SMTP_USER) settings.auth = { user: set.SMTP_USER, pass: set.SMTP_PASSWORD ?? "" };
  return settings;
}

/** A secret made on the first start and kept beside the files, so that links and sessions outlive a restart. */
function keptSecret(file: string): string {
  mkdirSync(dirname(file), { recursive: true });
  try {
    writeFileSync(file, randomBytes(32).toString("hex"), { mode: 0o600, flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  return readFileSync(file, "utf8");
}
