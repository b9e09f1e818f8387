import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { OpenDatabase } from "@/db/client.ts";
import { openEmptyDatabase } from "@/db/fixtures/empty-database.ts";
import { createAuth } from "./auth.ts";

let database: OpenDatabase;
beforeEach(async () => {
  database = await openEmptyDatabase();
});
afterEach(() => database.close());

it.each([
  ["https://tallyho.example", "__Secure-tallyho.session_token", true],
  ["http://127.0.0.1:3000", "tallyho.session_token", false],
])("the cookie of %s is %s", async (appUrl, name, secure) => {
  const config = { appUrl, authSecret: "s".repeat(32), trustedProxies: [] };
  const { authCookies } = await createAuth({ db: database.db, config }).$context;
  expect(authCookies.sessionToken.name).toBe(name);
  expect(authCookies.sessionToken.attributes).toMatchObject({ secure, httpOnly: true, sameSite: "lax" });
});

it("takes no sign-ups: those are the app's own", async () => {
  const config = { appUrl: "http://127.0.0.1:3000", authSecret: "s".repeat(32), trustedProxies: [] };
  const auth = createAuth({ db: database.db, config });
  const body = { name: "Eve", email: "eve@tallyho.example", password: "eight or more" };
  const user = { ...body, organizationId: "org_northwind", organizationRole: "admin", role: "admin" };
  await expect(auth.api.signUpEmail({ body: user })).rejects.toThrow(/sign up is not enabled/i);
});

it("logs a failure of the database without what was asked for", async () => {
  const logged = vi.spyOn(console, "error").mockReturnValue();
  const config = { appUrl: "http://127.0.0.1:3000", authSecret: "s".repeat(32), trustedProxies: [] };
  const { logger } = await createAuth({ db: database.db, config }).$context;
  logger.error("No answer", new Error("params: the token"));
  expect(logged.mock.calls).toEqual([["better-auth: No answer"]]);
  logged.mockRestore();
});
