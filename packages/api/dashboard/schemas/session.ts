/** Schemas of the session's calls. */
import { z } from "zod";
import { roles } from "../session.ts";
import type { SchemasOf } from "./index.ts";

const time = z.iso.datetime();
/** What people sign in with and what is shown of them. */
export const userNameSchema: z.ZodType<string> = z
  .string("must be text")
  .trim()
  .min(1, "must not be empty")
  .max(100, "must have at most 100 characters")
  .regex(/^[^\p{Cc}]*$/u, "must not hold control characters");
export const newPasswordSchema: z.ZodType<string> = z
  .string("must be text")
  .min(12, "must have at least 12 characters")
  .max(200, "must have at most 200 characters");
/** One that exists: no more is said of it than that it is wrong. */
const passwordSchema = z.string("must be text").max(200, "must have at most 200 characters");
export const doneSchema: z.ZodType<{ done: true }> = z.strictObject({ done: z.literal(true) });

const sessionViewSchema = z.strictObject({
  mode: z.enum(["dev", "start", "mounted"]),
  user: z.strictObject({ id: z.string(), name: z.string(), role: z.enum(roles) }).nullable(),
  setupNeeded: z.boolean(),
  signIn: z
    .strictObject({
      password: z.boolean(),
      oidc: z.strictObject({ label: z.string(), href: z.string() }).nullable(),
    })
    .nullable(),
  csrf: z.string().nullable(),
  expiresAt: time.nullable(),
  version: z.string(),
  now: time,
  clockOffsetMs: z.number(),
  clockMovable: z.boolean(),
});

export const sessionSchemas: SchemasOf<
  "getSession" | "signIn" | "signOut" | "setUp" | "changePassword" | "listSessions" | "endSession"
> = {
  getSession: { answer: sessionViewSchema },
  signIn: {
    body: z.strictObject({ name: z.string("must be text").max(100), password: passwordSchema }),
    answer: sessionViewSchema,
  },
  signOut: { answer: sessionViewSchema },
  setUp: {
    body: z.strictObject({
      name: userNameSchema,
      password: newPasswordSchema,
      token: z.string("must be text").max(100),
    }),
    answer: sessionViewSchema,
  },
  changePassword: {
    body: z.strictObject({ current: passwordSchema, next: newPasswordSchema }),
    answer: doneSchema,
  },
  listSessions: {
    answer: z.array(
      z.strictObject({
        id: z.string(),
        current: z.boolean(),
        createdAt: time,
        lastSeenAt: time,
        expiresAt: time,
        userAgent: z.string().nullable(),
        address: z.string().nullable(),
      }),
    ),
  },
  endSession: { answer: doneSchema },
};
