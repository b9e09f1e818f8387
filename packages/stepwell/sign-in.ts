/** How people get into the dashboard of `start`: the set-up link of the log, and the identity provider. */
import type { LogEntry } from "@stepwell/engine";
import type { OidcOptions, Settings, Setup } from "@stepwell/server";

interface Telling {
  setup: Setup;
  /** Of the server, for clients on this machine. */
  url: string;
  settings: Pick<Settings, "host" | "allowedHosts" | "trustProxy">;
  now: number;
  log: (entry: LogEntry) => void;
}

/** Makes the set-up link and tells it. The token is in the fragment, which no browser sends and no proxy logs. */
export function tellSetup({ setup, url, settings, now, log }: Telling): void {
  const link = `${pageBase(url, settings)}/set-up#token=${setup.issue(now)}`;
  log({
    // Shown at every usual level: without it nobody gets in.
    level: "warn",
    event: "setup.link",
    message: `no admin exists yet: make the first one at ${link} (once, within 15 minutes; for a new link restart, or run \`stepwell user add --admin\` while the server is stopped)`,
    url: link,
  });
  if (!isLoopback(settings.host))
    log({
      level: "warn",
      event: "setup.exposed",
      message: `listening on ${settings.host} without any admin: until there is one, whoever has the link above may become it. Nothing but the set-up page is served of the dashboard.`,
    });
}

/** Where a browser finds the pages: behind a trusted proxy, by the name that it is allowed to ask for. */
function pageBase(url: string, { allowedHosts: [host], trustProxy }: Telling["settings"]): string {
  return trustProxy && host !== undefined ? `https://${host}` : url;
}

export function isLoopback(host: string): boolean {
  return /^(127\.|localhost$|::1$)/.test(host);
}

/** What `createServer` is given of the identity provider. */
export function oidcOf(settings: Settings): { oidc?: OidcOptions } {
  const { oidcIssuer: issuer, oidcClientId: clientId, oidcDefaultRole } = settings;
  if (issuer === null || clientId === null) return {};
  const roles = settings.oidcRoles.map((entry): [string, OidcOptions["roles"][string]] => {
    const at = entry.lastIndexOf("=");
    return [entry.slice(0, at), entry.slice(at + 1) as OidcOptions["roles"][string]];
  });
  return {
    oidc: {
      issuer,
      clientId,
      clientSecret: settings.oidcClientSecret,
      roleClaim: settings.oidcRoleClaim,
      roles: Object.fromEntries(roles),
      defaultRole: oidcDefaultRole === "none" ? null : oidcDefaultRole,
      emailDomains: settings.oidcEmailDomains,
      label: settings.oidcLabel ?? new URL(issuer).host,
    },
  };
}
