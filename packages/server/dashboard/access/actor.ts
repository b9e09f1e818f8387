/** Who acts, as a mounted dashboard says, and the role that scopes stand for. */
import { type Actor, actorHeader, includesRole, type Role, roles, type Scope } from "@stepwell/api/dashboard";
import { StepwellError } from "@stepwell/core";
import { z } from "zod";

const schema = z.object({
  id: z.string().min(1).max(200),
  name: z.string().min(1).max(200),
  role: z.enum(roles),
});

/** Null: the header is not there. @throws StepwellError `actor_invalid` */
export function actorOf(request: Request): Actor | null {
  const header = request.headers.get(actorHeader);
  if (header === null) return null;
  try {
    const { id, name, role } = schema.parse(JSON.parse(decodeURIComponent(header)));
    return { id, name, role };
  } catch (cause) {
    throw new StepwellError("actor_invalid", undefined, { cause });
  }
}

const roleOfScope: Readonly<Record<Scope, Role>> = {
  read: "viewer",
  "runs:write": "operator",
  "events:write": "operator",
  "functions:write": "operator",
  "apps:write": "admin",
  settings: "admin",
};

/** The highest role that one of the scopes stands for. */
export function roleOf(scopes: readonly string[]): Role {
  return scopes.reduce<Role>((highest, scope) => {
    const role = roleOfScope[scope as Scope] ?? "viewer";
    return includesRole(role, highest) ? role : highest;
  }, "viewer");
}

export function lowerRole(one: Role, other: Role): Role {
  return includesRole(one, other) ? other : one;
}
