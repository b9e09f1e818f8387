/**
 * Signing in and out: better-auth on our own tables. Signing up is our own (`user-service.ts`), because
 * a user here never is without an organization. None of better-auth's routes are mounted: the few that
 * are needed are called from ours, so there is no other way to change a user.
 */
import { betterAuth } from "better-auth";
import { drizzleAdapter } from "better-auth/adapters/drizzle";
import type { Db } from "@/db/client.ts";
import { onPostgres } from "@/db/dialect.ts";
import { accounts, sessions, users, verifications } from "@/db/schema.ts";
import type { Config } from "@/lib/config.ts";

export type Auth = ReturnType<typeof createAuth>;

type Parts = { db: Db; config: Pick<Config, "appUrl" | "authSecret" | "trustedProxies"> };

const WEEK_SECONDS = 7 * 86_400;
const ours = { type: "string", required: true, input: false } as const;

export function createAuth({ db, config }: Parts) {
  return betterAuth({
    appName: "Tallyho",
    baseURL: config.appUrl,
    secret: config.authSecret,
    trustedOrigins: [config.appUrl],
    database: drizzleAdapter(db, {
      provider: onPostgres ? "pg" : "sqlite",
      usePlural: true,
      schema: { users, sessions, accounts, verifications },
    }),
    // It checks that it could fill every column, though it makes no users; nothing sent may set these.
    user: { additionalFields: { organizationId: ours, organizationRole: ours } },
    emailAndPassword: { enabled: true, disableSignUp: true, minPasswordLength: 8, maxPasswordLength: 128 },
    // A page cannot renew a cookie, so a session ends a week after the sign-in, used or not.
    session: { expiresIn: WEEK_SECONDS, disableSessionRefresh: true },
    // Its limit knows a client only by its address: `sign-in.ts` counts tries.
    rateLimit: { enabled: false },
    // Cookies are HttpOnly and SameSite=Lax by better-auth's default.
    advanced: {
      cookiePrefix: "tallyho",
      useSecureCookies: config.appUrl.startsWith("https:"),
      ipAddress: { trustedProxies: config.trustedProxies },
    },
    telemetry: { enabled: false },
    // Wrong passwords are warnings to it; here they are everyday. What it adds to a message may be anything.
    logger: { level: "error", log: (_level, message) => console.error(`better-auth: ${message}`) },
  });
}
