/**
 * Every variable the app reads (the SDK reads its own INNGEST_* ones), checked once.
 * `.env.example` explains them; an unset or empty one takes its default.
 */
import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { z } from "zod";

const unset = (value: unknown) => (value === "" ? undefined : value);
const optional = <T extends z.ZodType>(schema: T) => z.preprocess(unset, schema.optional());
const onOrOff = optional(z.enum(["on", "off"], { error: 'must be "on" or "off"' }));

const Environment = z.object({
  PORT: optional(z.coerce.number().int().min(1).max(65_535)),
  APP_URL: optional(z.url({ protocol: /^https?$/, error: "must be an http(s) address" })),
  DATABASE_URL: optional(
    z.string().refine((url) => !/^[a-z]+:\/\//i.test(url), {
      error: 'must be the path of a SQLite file, for example ".data/saas.db"',
    }),
  ),
  FILES_DIR: optional(z.string()),
  FILE_SIGNING_SECRET: optional(z.string().min(32, "must have at least 32 characters")),
  MAIL_FROM: optional(z.string()),
  SMTP_HOST: optional(z.string()),
  SMTP_PORT: optional(z.coerce.number().int().min(1).max(65_535)),
  SMTP_SECURE: onOrOff,
  SMTP_USER: optional(z.string()),
  SMTP_PASSWORD: optional(z.string()),
  SAAS_MAILBOX: onOrOff,
  SAAS_SEED: onOrOff,
});

export type SmtpSettings = {
  host: string;
  port: number;
  secure: boolean;
  auth?: { user: string; pass: string };
};

export type Config = {
  appUrl: string;
  databaseFile: string;
  filesDir: string;
  fileSigningSecret: string;
  mailFrom: string;
  /** Absent: mails go to the app's own catcher. */
  smtp: SmtpSettings | undefined;
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
    databaseFile: (set.DATABASE_URL ?? ".data/saas.db").replace(/^file:/, ""),
    filesDir,
    fileSigningSecret: set.FILE_SIGNING_SECRET ?? keptSecret(join(dirname(filesDir), "link.secret")),
    mailFrom: set.MAIL_FROM ?? "Tallyho <hello@tallyho.example>",
    smtp: set.SMTP_HOST ? smtpSettings(set.SMTP_HOST, set) : undefined,
    mailboxShown: set.SAAS_MAILBOX !== "off" && !set.SMTP_HOST,
    seed: set.SAAS_SEED !== "off",
  };
}

function smtpSettings(host: string, set: z.infer<typeof Environment>): SmtpSettings {
  const secure = set.SMTP_SECURE === "on";
  const settings: SmtpSettings = { host, port: set.SMTP_PORT ?? (secure ? 465 : 587), secure };
  if (set.SMTP_USER) settings.auth = { user: set.SMTP_USER, pass: set.SMTP_PASSWORD ?? "" };
  return settings;
}

/** A secret made on the first start and kept beside the files, so that links outlive a restart. */
function keptSecret(file: string): string {
  mkdirSync(dirname(file), { recursive: true });
  try {
    writeFileSync(file, randomBytes(32).toString("hex"), { mode: 0o600, flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  return readFileSync(file, "utf8");
}
