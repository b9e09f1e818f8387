/**
 * Who is asking: for pages, and for routes. What somebody may do is read from the database each time,
 * never from a cookie.
 */
import { headers } from "next/headers";
import { forbidden, notFound, redirect } from "next/navigation";
import { cache } from "react";
import { services } from "@/services/index.ts";
import type { Organization } from "@/services/organization-service.ts";
import type { User } from "@/services/user-service.ts";
import { answer, pathWith, refuseSignedOut } from "./http/form-post.ts";

export type { User };
export type Member = { user: User; organization: Organization };

/** For server components; looked up once a page, however many ask. */
export const currentUser = cache(async (): Promise<User | undefined> => findUser(await headers()));

/** For route handlers. */
export function userOf(request: Request): Promise<User | undefined> {
  return findUser(request.headers);
}

/** Sends whoever is not signed in to the sign-in page, and from there back to `next`. */
export async function requireUser(next: string): Promise<User> {
  return (await currentUser()) ?? redirect(pathWith("/sign-in", { next }));
}

/** Like `requireUser`; whoever is no admin gets the 403 page. */
export async function requireAdmin(next: string): Promise<User> {
  const user = await requireUser(next);
  if (user.role !== "admin") forbidden();
  return user;
}

/** For the pages of an organization: its people's and the admins'. Others learn nothing, not even that it exists. */
export async function requireMember(organizationId: string): Promise<Member> {
  const user = await requireUser(organizationPath(organizationId));
  return (await findMember(user, organizationId)) ?? notFound();
}

/** The same for its routes, with the refusal to send. */
export async function memberOf(request: Request, organizationId: string): Promise<Member | Response> {
  const user = await userOf(request);
  if (!user) return refuseSignedOut(request, organizationPath(organizationId));
  const member = await findMember(user, organizationId);
  if (member) return member;
  const error = "There is no such organization.";
  return answer(request, { is: "refused", status: 404, error, backTo: organizationPath(organizationId) });
}

/** Whether somebody may see what belongs to an organization. */
export function isMember(user: User, organizationId: string): boolean {
  return user.role === "admin" || user.organizationId === organizationId;
}

function organizationPath(organizationId: string): string {
  return `/organizations/${encodeURIComponent(organizationId)}`;
}

async function findMember(user: User, organizationId: string): Promise<Member | undefined> {
  if (!isMember(user, organizationId)) return undefined;
  const organization = await services().organizations.find(organizationId);
  return organization && { user, organization };
}

async function findUser(from: Headers): Promise<User | undefined> {
  const { auth, users } = services();
  const session = await auth.api.getSession({ headers: from });
  return session ? users.find(session.user.id) : undefined;
}
