/**
 * What one Stepwell process can be told: one schema for the command line and for `startStepwell`.
 * Unknown keys are refused; a message says what was expected, why, and how to give it.
 */
import { checkSigningKey } from "@stepwell/protocol";
import { z } from "zod";

export interface Settings {
  /** `dev`: loopback, no keys. `start`: keys are required and requests are signed. */
  mode: "dev" | "start";
  /** Folder of the data and of `server.json`. Default `.stepwell`. */
  dir: string;
  /** Keep nothing on disk. */
  inMemory: boolean;
  /** Default 127.0.0.1. */
  host: string;
  /** Default 8288; 0: any free one. */
  port: number;
  /** Take the next free port when `port` is busy. Default: only in dev. */
  tryNextPort: boolean;
  eventKeys: string[];
  signingKey: string | null;
  /** App URLs to sync with. */
  sdkUrls: string[];
  /** How often known apps are asked for their functions again; 0: never. Default 0. */
  pollIntervalMs: number;
  /** Replaces the retry table by a constant. */
  retryIntervalMs: number | null;
  /** Most calls to apps in flight. Default 100. */
  queueWorkers: number;
  /** Of one call to an app. Default 2 h. */
  requestTimeoutMs: number;
  /** Of one run. Default 1000. */
  maxSteps: number;
  /** Of one request to this server. Default 64 MiB. */
  maxBodyBytes: number;
  /** Events that may wait for their commit. Default 20000. */
  maxPendingEvents: number;
  /** `full`: an acknowledged event survives a power cut. `normal`: it survives a crash of the process. */
  durability: "full" | "normal";
  /** Hosts beside loopback that the server answers to. */
  allowedHosts: string[];
  /** Call apps on link-local and metadata addresses, too. */
  allowLinkLocal: boolean;
  /** How long a stop waits for calls in flight. Default 30 s. */
  graceMs: number;
}
export type SettingsInput = Pick<Settings, "mode"> & Partial<Settings>;

/** One thing that is wrong; `key` is null when it is not about one setting. */
export interface SettingsProblem {
  key: string | null;
  message: string;
}

export class SettingsError extends Error {
  readonly problems: readonly SettingsProblem[];
  constructor(problems: readonly SettingsProblem[]) {
    super(problems.map(({ key, message }) => (key === null ? message : `${key}: ${message}`)).join("\n"));
    this.name = "SettingsError";
    this.problems = problems;
  }
}

const MAX_TIMER_MS = 2 ** 31 - 1;
const whole = (least: number, most: number) =>
  z
    .number(`must be a whole number from ${least} to ${most}`)
    .int(`must be a whole number from ${least} to ${most}`)
    .min(least, `must be at least ${least}`)
    .max(most, `must be at most ${most}`);
const httpUrl = z
  .string()
  .refine(
    (text) => /^https?:\/\//i.test(text) && URL.canParse(text),
    "must be a URL like http://localhost:3000/api/inngest",
  );
/** A wrong key must not be printed by the error that refuses it. */
const eventKey = z
  .string()
  .min(1, "an event key must not be empty")
  .regex(/^[A-Za-z0-9._~-]+$/, "an event key stands in a URL: use letters, digits and - . _ ~ only");

const schema = z.strictObject({
  mode: z.enum(["dev", "start"]),
  dir: z.string().min(1, "must name a folder").default(".stepwell"),
  inMemory: z.boolean().default(false),
  host: z.string().min(1, "must name an address").default("127.0.0.1"),
  port: whole(0, 65_535).default(8288),
  tryNextPort: z.boolean().optional(),
  eventKeys: z.array(eventKey).default([]),
  signingKey: z.string().nullable().default(null),
  sdkUrls: z.array(httpUrl).default([]),
  pollIntervalMs: whole(0, MAX_TIMER_MS).default(0),
  retryIntervalMs: whole(1, 366 * 86_400_000)
    .nullable()
    .default(null),
  queueWorkers: whole(1, 10_000).default(100),
  requestTimeoutMs: whole(1, MAX_TIMER_MS).default(2 * 3_600_000),
  maxSteps: whole(1, 100_000).default(1000),
  maxBodyBytes: whole(1024, 1024 * 1024 * 1024).default(64 * 1024 * 1024),
  maxPendingEvents: whole(1, 10_000_000).default(20_000),
  durability: z.enum(["full", "normal"], 'must be "full" or "normal"').default("full"),
  allowedHosts: z
    .array(
      z
        .string()
        .regex(
          /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(:\d{1,5})?$/,
          "must be a host name, perhaps with a port",
        ),
    )
    .default([]),
  allowLinkLocal: z.boolean().default(false),
  graceMs: whole(0, MAX_TIMER_MS).default(30_000),
});

/**
 * Checks settings and fills in the defaults.
 * @throws SettingsError with every problem in it
 */
export function readSettings(input: SettingsInput): Settings {
  const given = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
  const parsed = schema.safeParse(given);
  if (!parsed.success) throw new SettingsError(parsed.error.issues.map(problemOf));
  const settings = { ...parsed.data, tryNextPort: parsed.data.tryNextPort ?? parsed.data.mode === "dev" };
  const missing = settings.mode === "start" ? keyProblems(settings) : [];
  if (missing.length > 0) throw new SettingsError(missing);
  return settings;
}

function keyProblems({
  eventKeys,
  signingKey,
}: Pick<Settings, "eventKeys" | "signingKey">): SettingsProblem[] {
  const problems: SettingsProblem[] = [];
  if (eventKeys.length === 0)
    problems.push({
      key: "eventKeys",
      message:
        "at least one is required: without it anybody who reaches this server could start runs. Choose a long random text (`openssl rand -hex 16`) and give it to your app as INNGEST_EVENT_KEY.",
    });
  if (signingKey === null || signingKey === "")
    problems.push({
      key: "signingKey",
      message:
        "it is required: it proves to your app that calls come from this server, and to this server that the API may be used. Make one with `openssl rand -hex 32` and give it to your app as INNGEST_SIGNING_KEY.",
    });
  else {
    const why = checkSigningKey(signingKey);
    if (why !== null)
      problems.push({ key: "signingKey", message: `${why}. Make one with \`openssl rand -hex 32\`.` });
  }
  return problems;
}

function problemOf(issue: z.core.$ZodIssue): SettingsProblem {
  const key = issue.path.length === 0 ? null : String(issue.path[0]);
  if (issue.code === "unrecognized_keys")
    return { key: null, message: `unknown setting ${issue.keys.map((name) => `"${name}"`).join(", ")}` };
  return { key, message: issue.message };
}
