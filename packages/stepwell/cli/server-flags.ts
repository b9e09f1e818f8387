/**
 * The flags of `dev` and `start` (semantics §11.2). Keys are those of the config file (`StepwellConfig`),
 * which a test holds together; a flag that only switches something off names the key that it sets.
 */
import { bytes, duration, durationOrNone, number, off, on, oneOf, text, zero } from "./flag-values.ts";
import type { Flag, Flags, ForeignFlag } from "./flags.ts";

/** `--config`, and the variable of it. */
export const configFlag: Flag = {
  flags: "--config <file>",
  help: "config file",
  fallback: "stepwell.config.ts, .js or .json, from the working directory upward",
  read: text,
};

const common: Flags = {
  port: { flags: "-p, --port <number>", help: "port to listen on", fallback: "8288", read: number },
  host: { flags: "--host <address>", help: "address to listen on", fallback: "127.0.0.1", read: text },
  sdkUrls: {
    flags: "-u, --sdk-url <url>",
    help: "URL of an app, asked until it answers; repeatable",
    list: true,
    read: text,
  },
  dir: { flags: "--sqlite-dir <folder>", help: "folder of the data", fallback: ".stepwell", read: text },
  postgresUri: {
    flags: "--postgres-uri <uri>",
    help: "PostgreSQL 15 or newer as the store, instead of a file; better as a variable",
    read: text,
  },
  durability: {
    flags: "--durability <level>",
    help: "full: an acknowledged event survives a power cut; normal: a crash of the process",
    fallback: "full",
    read: oneOf("full", "normal"),
  },
  allowedHosts: {
    flags: "--allowed-host <host>",
    help: "a host beside loopback that this server answers to; repeatable",
    list: true,
    read: text,
  },
  queueWorkers: {
    flags: "--queue-workers <number>",
    help: "most calls to apps in flight",
    fallback: "100",
    read: number,
  },
  maxBodyBytes: {
    flags: "--max-body <size>",
    help: "largest request body",
    fallback: "64MiB",
    read: bytes,
  },
  requestTimeoutMs: {
    flags: "--request-timeout <duration>",
    help: "time limit of one call to an app",
    fallback: "2h",
    read: duration,
  },
  maxSteps: { flags: "--max-steps <number>", help: "most steps of a run", fallback: "1000", read: number },
  retryIntervalMs: {
    flags: "--retry-interval <seconds>",
    help: "constant delay between attempts instead of the growing one",
    read: durationOrNone,
  },
  maxPendingEvents: {
    flags: "--max-pending-events <number>",
    help: "events that may wait for their commit; more are refused with 503",
    fallback: "20000",
    read: number,
  },
  graceMs: {
    flags: "--grace <duration>",
    help: "how long a stop waits for calls in flight",
    fallback: "30s",
    read: duration,
  },
  allowLinkLocal: {
    flags: "--allow-link-local",
    help: "call apps on link-local and metadata addresses, too",
    isSwitch: true,
    read: on,
  },
  noUi: {
    flags: "--no-ui",
    help: "serve no dashboard, nor its API",
    isSwitch: true,
    sets: "dashboard",
    read: off,
  },
  logFormat: {
    flags: "--log-format <format>",
    help: "pretty or json",
    fallback: "pretty in a terminal",
    read: oneOf("pretty", "json"),
  },
  logLevel: {
    flags: "--log-level <level>",
    help: "debug, info, warn or error",
    fallback: "info",
    read: oneOf("debug", "info", "warn", "error"),
  },
};

/** Who may sign in to the dashboard, beside users with a password. */
const signInFlags: Flags = {
  trustProxy: {
    flags: "--trust-proxy",
    help: "believe X-Forwarded-For and X-Forwarded-Proto: a proxy before this server sets them",
    isSwitch: true,
    read: on,
  },
  oidcIssuer: {
    flags: "--oidc-issuer <url>",
    help: "OpenID Connect provider that people sign in to the dashboard at",
    read: text,
  },
  oidcClientId: { flags: "--oidc-client-id <id>", help: "this server's client id there", read: text },
  oidcClientSecret: {
    flags: "--oidc-client-secret <secret>",
    help: "its secret; better as a variable",
    read: text,
  },
  oidcRoleClaim: {
    flags: "--oidc-role-claim <name>",
    help: "claim of the ID token that holds groups or roles",
    read: text,
  },
  oidcRoles: {
    flags: "--oidc-role <value=role>",
    help: "role (viewer, operator, admin) for a value of that claim; repeatable",
    list: true,
    read: text,
  },
  oidcDefaultRole: {
    flags: "--oidc-default-role <role>",
    help: "role of who has none by the claim; none: they may not sign in",
    fallback: "viewer",
    read: oneOf("viewer", "operator", "admin", "none"),
  },
  oidcEmailDomains: {
    flags: "--oidc-email-domain <domain>",
    help: "domain of verified e-mail addresses that may sign in, else all; repeatable",
    list: true,
    read: text,
  },
  oidcLabel: {
    flags: "--oidc-label <name>",
    help: "name of the provider on the sign-in page",
    fallback: "the issuer's host",
    read: text,
  },
};

export const devFlags: Flags = {
  ...common,
  inMemory: { flags: "--in-memory", help: "keep nothing on disk", isSwitch: true, read: on },
  pollIntervalMs: {
    flags: "--poll-interval <seconds>",
    help: "how often known apps are asked for changed functions; 0: never",
    fallback: "4, so that a change shows within 5",
    read: duration,
  },
  noPoll: {
    flags: "--no-poll",
    help: "do not ask known apps for changed functions",
    isSwitch: true,
    sets: "pollIntervalMs",
    read: zero,
  },
  noDiscovery: {
    flags: "--no-discovery",
    help: "do not look for apps on the usual ports of this machine",
    isSwitch: true,
    sets: "discovery",
    read: off,
  },
};

export const startFlags: Flags = {
  eventKeys: {
    flags: "--event-key <key>",
    help: "key that apps send events with; required, repeatable",
    list: true,
    read: text,
  },
  signingKey: {
    flags: "--signing-key <key>",
    help: "hex key that signs calls and opens the API; required",
    read: text,
  },
  ...common,
  ...signInFlags,
  pollIntervalMs: {
    flags: "--poll-interval <seconds>",
    help: "how often every known app is asked for changed functions; 0: never",
    fallback: "only those of --sdk-url, each 30",
    read: duration,
  },
};

const later = "comes with a later version of Stepwell";
const sevenConnections = "has no effect: PostgreSQL is used over seven connections, which stay open";

/** Flags of the platform's own server that are taken so that a command line can stay as it is. */
export const foreignFlags: ForeignFlag[] = [
  {
    flags: "--persist",
    says: "has no effect: data is always kept (--in-memory in dev drops it)",
    isSwitch: true,
  },
  { flags: "--tick <milliseconds>", says: "has no effect: work starts when it is due, nothing is polled" },
  {
    flags: "--redis-uri <uri>",
    says: "has no effect: queue and state are in the store; no Redis is needed",
  },
  { flags: "--connect-gateway-port <number>", says: `has no effect: connect ${later}` },
  { flags: "--connect-gateway-host <address>", says: `has no effect: connect ${later}` },
  { flags: "--connect-gateway-grpc-port <number>", says: `has no effect: connect ${later}` },
  { flags: "--connect-gateway-grpc-ip <address>", says: `has no effect: connect ${later}` },
  { flags: "--connect-executor-grpc-port <number>", says: `has no effect: connect ${later}` },
  { flags: "--connect-executor-grpc-ip <address>", says: `has no effect: connect ${later}` },
  { flags: "--postgres-max-idle-conns <number>", says: sevenConnections },
  { flags: "--postgres-max-open-conns <number>", says: sevenConnections },
  { flags: "--postgres-conn-max-idle-time <minutes>", says: sevenConnections },
  { flags: "--postgres-conn-max-lifetime <minutes>", says: sevenConnections },
];

/** Those of `start`, which never looks for apps. */
export const foreignStartFlags: ForeignFlag[] = [
  ...foreignFlags,
  {
    flags: "--no-discovery",
    says: "has no effect: start never looks for apps; they are named by --sdk-url, or register themselves",
    isSwitch: true,
  },
];

/** What `dev` does unless it is told otherwise. */
export const devDefaults: Record<string, unknown> = { pollIntervalMs: 4_000, discovery: true };
