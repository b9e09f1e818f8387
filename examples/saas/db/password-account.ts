/** The row that lets somebody sign in with a password, as better-auth reads it. */
import { hashPassword } from "better-auth/crypto";
import type { accounts } from "./schema.ts";

export async function passwordAccount(userId: string, password: string, now: Date) {
  return {
    id: `acc_${crypto.randomUUID()}`,
    accountId: userId,
    providerId: "credential",
    userId,
    password: await hashPassword(password),
    createdAt: now,
    updatedAt: now,
  } satisfies typeof accounts.$inferInsert;
}
