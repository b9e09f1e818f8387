/**
 * What one Stepwell process can be told: one schema for the command line, the config file and
 * `startStepwell`. Unknown keys are refused; a message says what was expected, what came, and how to give it.
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
  /** `postgres://user:password@host:port/database`: the data is there, not in a file. Secret. Default null. */
  postgresUri: string | null;
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
  /**
   * How often known apps are asked for their functions again; 0: never. null, the default: only those of
   * `sdkUrls`, each 30 s, so that a deploy is noticed.
   */
  pollIntervalMs: number | null;
  /** Look for apps on the usual ports and paths of this machine; dev only. Default false. */
  discovery: boolean;
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
  /** Serve the dashboard and its API. Default true. */
  dashboard: boolean;
  /**
   * A proxy stands before this server and sets `X-Forwarded-For` and `X-Forwarded-Proto`: they are believed.
   * Without one, anybody could write them. Default false.
   */
  trustProxy: boolean;
  /** Issuer of an OpenID Connect provider that people of the dashboard sign in at; null: by password only. */
  oidcIssuer: string | null;
  oidcClientId: string | null;
  /** Secret. null: a public client, proven by PKCE alone. */
  oidcClientSecret: string | null;
  /** Claim of the ID token that holds groups or roles; null: admins give roles in the dashboard. */
  oidcRoleClaim: string | null;
  /** `value=role` for values of that claim; the words viewer, operator and admin need none. */
  oidcRoles: string[];
  /** Of who has no role by the claim; `none`: they may not sign in. Default `viewer`. */
  oidcDefaultRole: "viewer" | "operator" | "admin" | "none";
  /** Domains of verified e-mail addresses that may sign in; empty: all. */
  oidcEmailDomains: string[];
  /** Name of the provider on the sign-in page. Default: the issuer's host. */
  oidcLabel: string | null;
  /** Call apps on link-local and metadata addresses, too. */
  allowLinkLocal: boolean;
  /** How long a stop waits for calls in flight. Default 30 s. */
  graceMs: number;
}
export type SettingsInput = Pick<Settings, "mode"> & Partial<Settings>;

/** What a config file may hold: every setting that has a flag, under the same name. */
export type StepwellConfig = Partial<Omit<Settings, "mode" | "tryNextPort">> & {
  /** Of the server's log. Default: `pretty` in a terminal. */
  logFormat?: "pretty" | "json";
  /** Default `info`. */
  logLevel?: "debug" | "info" | "warn" | "error";
};

/** One thing that is wrong; `key` is null when it is not about one setting. */
export interface SettingsProblem {
  key: string | null;
  message: string;
  /** The key is none of ours. */
  unknown?: true;
}

/** Settings whose values are never printed. */
export const secretKeys: ReadonlySet<string> = new Set([
  "eventKeys",
  "signingKey",
  "postgresUri",
  "oidcClientSecret",
]);

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
const yesOrNo = () => z.boolean("must be true or false");
const oneOf = <const Words extends string[]>(...words: Words) =>
  z.enum(words, `must be ${words.map((word) => `"${word}"`).join(" or ")}`);
const httpUrl = z
  .string("must be a URL like http://localhost:3000/api/inngest")
  .refine(
    (text) => /^https?:\/\//i.test(text) && URL.canParse(text),
    "must be a URL like http://localhost:3000/api/inngest",
  );
/** A wrong key must not be printed by the error that refuses it. */
const eventKey = z
  .string("an event key must be text")
  .min(1, "an event key must not be empty")
  .regex(/^[A-Za-z0-9._~-]+$/, "an event key stands in a URL: use letters, digits and - . _ ~ only");
/** Nor may a password be; what a parser says of a wrong URI would quote it. */
const postgresUri = z
  .string("must be a URI like postgres://user:password@host:5432/database")
  .refine(
    (text) => /^postgres(?:ql)?:\/\//.test(text) && URL.canParse(text),
    "must be a URI like postgres://user:password@host:5432/database (signs like @ : / # in the password written as %40 %3A %2F %23)",
  );
const hostName = z
  .string("must be a host name, perhaps with a port")
  .regex(/^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(:\d{1,5})?$/, "must be a host name, perhaps with a port");

/** Who listens between could sign in as anybody: plain http is for trying out on this machine. */
const oidcIssuer = z.string("must be a URL like https://login.example.com").refine((text) => {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, search, hash, username } = new URL(text);
  const isLocal = ["localhost", "127.0.0.1", "[::1]"].includes(hostname);
  return (protocol === "https:" || (protocol === "http:" && isLocal)) && `${search}${hash}${username}` === "";
}, "must be a URL like https://login.example.com (http on loopback only)");
const oidcRole = z
  .string('must be text like "jobs-admins=admin"')
  .regex(
    /^.+=(?:viewer|operator|admin)$/,
    'must be like "jobs-admins=admin", with one of viewer, operator and admin',
  );
const someText = (what: string) => z.string(`must be ${what}`).min(1, `must be ${what}`);

const schema = z.strictObject({
  mode: oneOf("dev", "start"),
  dir: z.string("must name a folder").min(1, "must name a folder").default(".stepwell"),
  inMemory: yesOrNo().default(false),
  postgresUri: postgresUri.nullable().default(null),
  host: z.string("must name an address").min(1, "must name an address").default("127.0.0.1"),
  port: whole(0, 65_535).default(8288),
  tryNextPort: yesOrNo().optional(),
  eventKeys: z.array(eventKey, "must be a list of event keys").default([]),
  signingKey: z.string("must be text").nullable().default(null),
  sdkUrls: z.array(httpUrl, "must be a list of URLs").default([]),
  pollIntervalMs: whole(0, MAX_TIMER_MS).nullable().default(null),
  discovery: yesOrNo().default(false),
  retryIntervalMs: whole(1, 366 * 86_400_000)
    .nullable()
    .default(null),
  queueWorkers: whole(1, 10_000).default(100),
  requestTimeoutMs: whole(1, MAX_TIMER_MS).default(2 * 3_600_000),
  maxSteps: whole(1, 100_000).default(1000),
  maxBodyBytes: whole(1024, 1024 * 1024 * 1024).default(64 * 1024 * 1024),
  maxPendingEvents: whole(1, 10_000_000).default(20_000),
  durability: oneOf("full", "normal").default("full"),
  allowedHosts: z.array(hostName, "must be a list of host names").default([]),
  dashboard: yesOrNo().default(true),
  trustProxy: yesOrNo().default(false),
  oidcIssuer: oidcIssuer.nullable().default(null),
  oidcClientId: someText("the client's id at the provider").nullable().default(null),
  oidcClientSecret: someText("the client's secret").nullable().default(null),
  oidcRoleClaim: someText("the name of a claim").nullable().default(null),
  oidcRoles: z.array(oidcRole, 'must be a list of texts like "jobs-admins=admin"').default([]),
  oidcDefaultRole: oneOf("viewer", "operator", "admin", "none").default("viewer"),
  oidcEmailDomains: z.array(hostName, "must be a list of domains").default([]),
  oidcLabel: someText("a name").nullable().default(null),
  allowLinkLocal: yesOrNo().default(false),
  graceMs: whole(0, MAX_TIMER_MS).default(30_000),
});

const configSchema = schema
  .omit({ mode: true, tryNextPort: true })
  .extend({
    logFormat: oneOf("pretty", "json"),
    logLevel: oneOf("debug", "info", "warn", "error"),
  })
  .partial();

/** The names that a config file may use. */
export const configKeys: readonly string[] = Object.keys(configSchema.shape);

/** Everything that is wrong with the content of a config file; empty: it is a `StepwellConfig`. */
export function configProblems(content: unknown): SettingsProblem[] {
  const given = isObject(content) ? givenOf(content) : content;
  const parsed = configSchema.safeParse(given);
  return parsed.success ? [] : parsed.error.issues.flatMap((issue) => problemsOf(issue, given));
}

/**
 * Checks settings and fills in the defaults.
 * @throws SettingsError with every problem in it
 */
export function readSettings(input: SettingsInput): Settings {
  const given = givenOf(input);
  const parsed = schema.safeParse(given);
  if (!parsed.success)
    throw new SettingsError(parsed.error.issues.flatMap((issue) => problemsOf(issue, given)));
  const settings = { ...parsed.data, tryNextPort: parsed.data.tryNextPort ?? parsed.data.mode === "dev" };
  const wrong = [
    ...(settings.mode === "start" ? startProblems(settings) : []),
    ...storeProblems(settings),
    ...oidcProblems(settings),
  ];
  if (wrong.length > 0) throw new SettingsError(wrong);
  return settings;
}

/** An absent key and an undefined one are the same. */
function givenOf(input: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
}

function startProblems(settings: Settings): SettingsProblem[] {
  const problems = keyProblems(settings);
  if (settings.discovery)
    problems.push({
      key: "discovery",
      message: "start never looks for apps by itself. Name them with sdkUrls, or let them register.",
    });
  return problems;
}

/** What means a file means nothing to a database: said, not ignored. */
function storeProblems({ postgresUri, inMemory, durability }: Settings): SettingsProblem[] {
  if (postgresUri === null) return [];
  const problems: SettingsProblem[] = [];
  if (inMemory)
    problems.push({
      key: "inMemory",
      message: "a database keeps everything. Leave this out, or postgresUri.",
    });
  if (durability !== "full")
    problems.push({
      key: "durability",
      message: "it is for SQLite. On PostgreSQL its own `synchronous_commit` decides; leave this out.",
    });
  return problems;
}

/** Half of an identity provider is none. */
function oidcProblems(settings: Settings): SettingsProblem[] {
  const { oidcIssuer, oidcClientId, oidcClientSecret, oidcRoleClaim, oidcRoles } = settings;
  const problems: SettingsProblem[] = [];
  if (oidcIssuer !== null && oidcClientId === null)
    problems.push({
      key: "oidcClientId",
      message: "it is required with an issuer: the client's id at the provider.",
    });
  if (oidcIssuer === null && (oidcClientId !== null || oidcClientSecret !== null))
    problems.push({ key: "oidcIssuer", message: "it is required with a client: the provider's own URL." });
  if (oidcRoles.length > 0 && oidcRoleClaim === null)
    problems.push({
      key: "oidcRoleClaim",
      message: "it is required with oidcRoles: the claim that their values are of.",
    });
  return problems;
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

function problemsOf(issue: z.core.$ZodIssue, given: unknown): SettingsProblem[] {
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((name) => ({ key: name, message: "there is no such setting", unknown: true }));
  if (issue.path.length === 0)
    return [{ key: null, message: `expected an object with settings, not ${kindOf(given)}` }];
  const key = String(issue.path[0]);
  const came = issue.path.reduce<unknown>(
    (value, part) => (value as Record<PropertyKey, unknown> | undefined)?.[part],
    given,
  );
  const list = (given as Record<string, unknown>)[key];
  const where = Array.isArray(list) && list.length > 1 ? `item ${Number(issue.path[1] ?? 0) + 1} ` : "";
  const text = cameText(key, came);
  return [{ key, message: `${where}${issue.message}${text === null ? "" : `, not ${text}`}` }];
}

const SHOWN_CHARACTERS = 60;

/** What came, for people; of a secret only what kind of thing it was. */
function cameText(key: string, value: unknown): string | null {
  const kind = kindOf(value);
  if (secretKeys.has(key)) return kind === "text" ? null : kind;
  if (typeof value === "string") return `the text ${JSON.stringify(value.slice(0, SHOWN_CHARACTERS))}`;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : kind;
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  const kinds: Record<string, string> = {
    string: "text",
    number: "a number",
    boolean: "true or false",
    object: "an object",
    function: "a function",
    undefined: "nothing",
  };
  return kinds[typeof value] ?? typeof value;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
