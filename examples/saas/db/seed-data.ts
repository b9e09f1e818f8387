/**
 * The demo's organizations, people and figures. Pure: the same day gives the same rows, so
 * that seeding again adds only the days that have passed since.
 */
import { createHash } from "node:crypto";
import type { organizations, subscriptions, usage, users } from "./schema.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

type NewUser = typeof users.$inferInsert;
type NewUsage = typeof usage.$inferInsert;

const startedAt = new Date("2026-01-05T09:00:00Z");

export const demoOrganizations: (typeof organizations.$inferInsert)[] = [
  { id: "org_northwind", name: "Northwind Tea", createdAt: startedAt },
  { id: "org_halyard", name: "Halyard Logistics", createdAt: startedAt },
  { id: "org_fernhill", name: "Fernhill Clinic", createdAt: startedAt },
];

export const demoSubscriptions: (typeof subscriptions.$inferInsert)[] = [
  plan("org_northwind", "business", 9900),
  plan("org_halyard", "pro", 2900),
  plan("org_fernhill", "free", 0),
];

export function demoUsers(now: Date): NewUser[] {
  const ago = (ms: number) => new Date(now.getTime() - ms);
  return [
    person("usr_ada", "Ada Rowe", "ada@northwind.example", "org_northwind", "admin", ago(HOUR_MS)),
    person("usr_ben", "Ben Oduya", "ben@northwind.example", "org_northwind", "member", ago(DAY_MS)),
    person("usr_ines", "Ines Vidal", "ines@halyard.example", "org_halyard", "admin", ago(2 * DAY_MS)),
    person("usr_tom", "Tom Akers", "tom@halyard.example", "org_halyard", "member", ago(40 * DAY_MS)),
    person("usr_lea", "Lea Brandt", "lea@fernhill.example", "org_fernhill", "admin", null),
  ];
}

/** Usage of the `days` days up to and with `now`; figures follow from the id and the day alone. */
export function sampleUsage(organizationId: string, now: Date, days = 90): NewUsage[] {
  return Array.from({ length: days }, (_, back) => {
    const at = new Date(now.getTime() - (days - 1 - back) * DAY_MS);
    return usageOf(organizationId, at.toISOString().slice(0, 10));
  });
}

function usageOf(organizationId: string, day: string): NewUsage {
  const dice = createHash("sha256").update(`${organizationId} ${day}`).digest();
  const weekday = new Date(`${day}T00:00:00Z`).getUTCDay();
  const busy = weekday === 0 || weekday === 6 ? 0.4 : 1;
  const apiCalls = Math.round((1_800 + dice.readUInt16BE(0) / 40) * busy);
  const mailsSent = Math.round((60 + dice.readUInt8(2) / 2) * busy);
  const storageMb = 420 + dice.readUInt8(3);
  const costCents = Math.round(apiCalls * 0.08 + mailsSent * 0.5 + storageMb * 0.1);
  return { organizationId, day, apiCalls, mailsSent, storageMb, costCents };
}

function plan(
  organizationId: string,
  name: "free" | "pro" | "business",
  monthlyCents: number,
): typeof subscriptions.$inferInsert {
  const id = organizationId.replace("org_", "sub_");
  return { id, organizationId, plan: name, status: "active", monthlyCents, startedAt };
}

function person(
  id: string,
  name: string,
  email: string,
  organizationId: string,
  organizationRole: "admin" | "member",
  lastActiveAt: Date | null,
): NewUser {
  return {
    id,
    name,
    email,
    organizationId,
    organizationRole,
    lastActiveAt,
    createdAt: startedAt,
    updatedAt: startedAt,
  };
}
