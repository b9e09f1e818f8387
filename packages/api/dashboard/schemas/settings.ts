/** Schemas of keys, users, the audit log and the state of the server. */
import { z } from "zod";
import { roles, scopes } from "../session.ts";
import type { SchemasOf } from "./index.ts";
import { doneSchema, newPasswordSchema, userNameSchema } from "./session.ts";

const time = z.iso.datetime();
const role = z.enum(roles, `must be ${roles.join(", ")}`);
const scope = z.enum(scopes, `must be one of ${scopes.join(", ")}`);
const keySchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  scopes: z.array(scope),
  ending: z.string(),
  createdAt: time,
  createdBy: z.string(),
  expiresAt: time.nullable(),
  lastUsedAt: time.nullable(),
  revokedAt: time.nullable(),
});
const userSchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  role,
  signIn: z.enum(["password", "oidc"]),
  createdAt: time,
  lastSeenAt: time.nullable(),
  disabled: z.boolean(),
});
const auditSchema = z.strictObject({
  id: z.string(),
  at: time,
  actor: z.string(),
  actorKind: z.enum(["user", "key", "mounted", "dev", "nobody"]),
  action: z.string(),
  target: z.string().nullable(),
  detail: z.record(z.string(), z.unknown()).nullable(),
  outcome: z.enum(["begun", "done", "refused"]),
  address: z.string().nullable(),
  requestId: z.string(),
});
const healthSchema = z.strictObject({
  status: z.enum(["ok", "degraded"]),
  version: z.string(),
  node: z.string(),
  mode: z.enum(["dev", "start"]),
  uptimeMs: z.number(),
  store: z.strictObject({
    kind: z.enum(["sqlite", "postgres", "memory"]),
    trouble: z.string().nullable(),
    bytes: z.number().nullable(),
  }),
  calls: z.strictObject({ inFlight: z.number(), most: z.number() }),
  clock: z.strictObject({ now: time, offsetMs: z.number() }),
  eventLoopDelayMs: z.strictObject({ p50: z.number(), p99: z.number() }),
  memoryBytes: z.number(),
});
/** Query values come as texts. */
const limitSchema = z.coerce
  .number("must be a whole number from 1 to 200")
  .int("must be a whole number from 1 to 200")
  .min(1, "must be a whole number from 1 to 200")
  .max(200, "must be a whole number from 1 to 200");

export const settingsSchemas: SchemasOf<
  | "listKeys"
  | "createKey"
  | "revokeKey"
  | "listUsers"
  | "createUser"
  | "updateUser"
  | "removeUser"
  | "listAudit"
  | "getHealth"
> = {
  listKeys: { answer: z.array(keySchema) },
  createKey: {
    body: z.strictObject({
      name: userNameSchema,
      scopes: z.array(scope).min(1, "name at least one scope"),
      expiresInDays: z.int("must be a whole number of days").min(1).max(3650).exactOptional(),
    }),
    answer: z.strictObject({ key: keySchema, secret: z.string() }),
  },
  revokeKey: { answer: doneSchema },
  listUsers: { answer: z.array(userSchema) },
  createUser: {
    body: z.strictObject({ name: userNameSchema, role, password: newPasswordSchema }),
    answer: userSchema,
  },
  updateUser: {
    body: z
      .strictObject({
        role: role.exactOptional(),
        disabled: z.boolean("must be true or false").exactOptional(),
        password: newPasswordSchema.exactOptional(),
      })
      .refine(
        (body) => Object.keys(body).length > 0,
        "name what is to be changed: role, disabled or password",
      ),
    answer: userSchema,
  },
  removeUser: { answer: doneSchema },
  listAudit: {
    query: z.strictObject({
      actor: z.string().max(200).exactOptional(),
      action: z.string().max(100).exactOptional(),
      cursor: z.string().max(200).exactOptional(),
      limit: limitSchema.exactOptional(),
    }),
    answer: z.array(auditSchema),
  },
  getHealth: { answer: healthSchema },
};
