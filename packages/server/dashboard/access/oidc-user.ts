/** From the claims of an ID token to a user: which role, which name, and whether they may sign in at all. */
import { includesRole, type Role, roles } from "@stepwell/api/dashboard";
import { StepwellError, type UserRow } from "@stepwell/core";
import { type AccessStore, isTaken, newRow, refuseLastAdmin } from "./accounts.ts";
import type { OidcOptions } from "./oidc-options.ts";

export type Claims = Readonly<Record<string, unknown>> & { readonly iss: string; readonly sub: string };

/**
 * Finds the user of these claims by issuer and subject, or makes them. Where a claim holds roles, it holds on
 * each sign-in; only the last admin keeps theirs.
 * @throws StepwellError `oidc_refused`
 */
export async function userOf(store: AccessStore, oidc: OidcOptions, claims: Claims): Promise<UserRow> {
  refuseForeignEmail(oidc, claims);
  const role = roleOfClaims(oidc, claims);
  const oidcSubject = `${claims.iss} ${claims.sub}`;
  return store.commit({ users: true }, ({ users }, moment) => {
    const user = users.find((row) => row.oidcSubject === oidcSubject);
    if (user === undefined) {
      const name = freeName(users, nameOf(claims));
      const row = newRow(users, { name, role, passwordHash: null, oidcSubject }, moment);
      return { write: [{ insert: "users", row }], reply: row };
    }
    if (user.disabled)
      throw new StepwellError("oidc_refused", "An admin of this server has disabled your account.");
    if (oidc.roleClaim === null || role === user.role || isLastAdmin(users, user, role))
      return { write: [], reply: user };
    return { write: [{ update: "users", key: { id: user.id }, set: { role } }], reply: { ...user, role } };
  });
}

function isLastAdmin(users: readonly UserRow[], user: UserRow, role: Role): boolean {
  try {
    refuseLastAdmin(users, user, { ...user, role });
    return false;
  } catch {
    return true;
  }
}

function refuseForeignEmail(
  { emailDomains }: OidcOptions,
  { email, email_verified: isVerified }: Claims,
): void {
  if (emailDomains.length === 0) return;
  const domain =
    typeof email === "string" && isVerified === true ? email.split("@").at(-1)?.toLowerCase() : undefined;
  if (domain === undefined || !emailDomains.some((allowed) => allowed.toLowerCase() === domain))
    throw new StepwellError(
      "oidc_refused",
      "Your e-mail address is not verified, or not of a domain that may use this server.",
    );
}

function roleOfClaims({ roleClaim, roles: mapped, defaultRole }: OidcOptions, claims: Claims): Role {
  const claim = roleClaim === null ? undefined : claims[roleClaim];
  const values = (Array.isArray(claim) ? claim : [claim]).filter((value) => typeof value === "string");
  const found = values.flatMap((value): Role[] => {
    const role = Object.hasOwn(mapped, value) ? mapped[value] : roles.find((word) => word === value);
    return role === undefined ? [] : [role];
  });
  const role = found.reduce<Role | null>(
    (highest, next) => (highest !== null && includesRole(highest, next) ? highest : next),
    defaultRole,
  );
  if (role === null)
    throw new StepwellError(
      "oidc_refused",
      "None of your groups has a role on this server. Ask an admin for one.",
    );
  return role;
}

const MAX_NAME = 90;

function nameOf({ email, email_verified: isVerified, preferred_username: userName, sub }: Claims): string {
  const name =
    typeof email === "string" && isVerified === true ? email : typeof userName === "string" ? userName : sub;
  const clean = name
    // Signs that nobody sees would let one name pass for another, in the audit log for instance.
    .replace(/[\p{Cc}\p{Cf}]/gu, "")
    .trim()
    .slice(0, MAX_NAME);
  return clean === "" ? sub.slice(0, MAX_NAME) : clean;
}

/** Somebody else's name is never taken over: it may be that of a user with a password. */
function freeName(users: readonly UserRow[], wanted: string): string {
  let name = wanted;
  for (let number = 2; isTaken(users, name); number += 1) name = `${wanted} ${number}`;
  return name;
}
