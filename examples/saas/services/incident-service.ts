/**
 * Failures as people hear of them: an incident opens when a service fails and closes when it answers
 * again, and the admins are told once of each. Every call may be repeated, and a late one changes nothing.
 *
 * When the database itself fails, nothing of this can be stored, nor the admins' addresses be read: the
 * alert fails and is tried again until the database is back, and only then the failure is told, with the
 * time at which it was found (see the retries of `health-check`).
 */
import { and, asc, eq, gte, inArray, isNotNull, isNull, lte, or } from "drizzle-orm";
import type { OpenDatabase } from "@/db/client.ts";
import { incidents, users } from "@/db/schema.ts";
import type { MailContent } from "@/emails/index.ts";
import { sayInstant } from "@/lib/instants.ts";
import type { EmailService } from "./email-service.ts";
import { type CheckedService, checkedServices, type Findings } from "./health-service.ts";
import type { LogService } from "./log-service.ts";
import type { User } from "./user-service.ts";

export type AlertType = "health-check-failed" | "health-check-recovered";
export type Alert = { type: AlertType; services: CheckedService[] };
export type Incident = typeof incidents.$inferSelect;

export interface IncidentService {
  /** What there is to tell after these findings; nothing for a failure that is known already. */
  listDueAlerts(findings: Findings): Promise<AlertType[]>;
  /** Opens and closes incidents by the findings, then tells the admins of all that they were not told yet. */
  alert(type: AlertType, findings: Findings, now: Date): Promise<Alert>;
}

type Parts = Pick<OpenDatabase, "db" | "atomically"> & { email: EmailService; logs: LogService };

export function createIncidentService({ db, atomically, email, logs }: Parts): IncidentService {
  /** Findings that are older than what is known by now open and close nothing. */
  async function keep({ at, checks, reasons }: Findings): Promise<void> {
    const foundAt = new Date(at);
    const overSince = await db
      .select({ service: incidents.service })
      .from(incidents)
      .where(gte(incidents.closedAt, foundAt));
    const over = new Set(overSince.map(({ service }) => service));
    const opened = failing(checks)
      .filter((service) => !over.has(service))
      .map((service) => ({
        id: crypto.randomUUID(),
        service,
        reason: reasons[service] ?? "unknown",
        openedAt: foundAt,
      }));
    const endedNow = and(
      isNull(incidents.closedAt),
      lte(incidents.openedAt, foundAt),
      inArray(incidents.service, notFailing(checks)),
    );
    await atomically((tx) => [
      tx.update(incidents).set({ closedAt: foundAt }).where(endedNow),
      ...(opened.length > 0 ? [tx.insert(incidents).values(opened).onConflictDoNothing()] : []),
    ]);
  }

  /** What began (or ended) together is told together, so that a repeated mail is the same mail. */
  async function tell(type: AlertType, group: Incident[], now: Date): Promise<void> {
    const ids = group.map(({ id }) => id);
    const admins = await db.select().from(users).where(eq(users.role, "admin")).orderBy(asc(users.id));
    const mails = await Promise.allSettled(
      admins.map((admin) =>
        email.send({
          to: admin.email,
          ...contentOf(type, group, admin),
          key: [ids.join("-"), `${type}-${admin.id}`],
        }),
      ),
    );
    const failures = mails.filter((mail) => mail.status === "rejected");
    // One address that is refused must not have the others told again and again.
    if (failures.length > 0 && failures.length === mails.length) throw failures[0]?.reason;
    await logs.write({
      id: `${type}-${ids.join("-")}`,
      level: type === "health-check-failed" ? "error" : "info",
      message: sayAlert(type, group, failures.length),
      at: now,
    });
    const told = type === "health-check-failed" ? { failureAlertedAt: now } : { recoveryAlertedAt: now };
    await db.update(incidents).set(told).where(inArray(incidents.id, ids));
  }

  return {
    async listDueAlerts({ checks }) {
      // Whether the failure is new cannot be seen now; the alert sees it when the database is back.
      if (checks.database === "failed") return ["health-check-failed"];
      const unfinished = await db.select().from(incidents).where(isUnfinished);
      const open = unfinished.filter(({ closedAt }) => closedAt === null).map(({ service }) => service);
      const isNew = failing(checks).some((service) => !open.includes(service));
      const isOver = notFailing(checks).some((service) => open.includes(service));
      const due: AlertType[] = [];
      if (isNew || unfinished.some(({ failureAlertedAt }) => !failureAlertedAt)) {
        due.push("health-check-failed");
      }
      if (isOver || unfinished.some(({ closedAt }) => closedAt)) due.push("health-check-recovered");
      return due;
    },
    async alert(type, findings, now) {
      await keep(findings);
      const failed = type === "health-check-failed";
      const untold = await db
        .select()
        .from(incidents)
        .where(failed ? isNull(incidents.failureAlertedAt) : isOverAndUntold)
        .orderBy(asc(incidents.openedAt), asc(incidents.service));
      const groups = Object.groupBy(untold, ({ openedAt, closedAt }) =>
        String((failed ? openedAt : closedAt)?.getTime()),
      );
      for (const group of Object.values(groups)) await tell(type, group ?? [], now);
      return { type, services: [...new Set(untold.map(({ service }) => service))] };
    },
  };
}

const isOverAndUntold = and(isNotNull(incidents.closedAt), isNull(incidents.recoveryAlertedAt));
const isUnfinished = or(isNull(incidents.closedAt), isNull(incidents.recoveryAlertedAt));

function failing(checks: Findings["checks"]): CheckedService[] {
  return checkedServices.filter((service) => checks[service] === "failed");
}

/** One that is no longer configured counts too: nobody waits for it any more. */
function notFailing(checks: Findings["checks"]): CheckedService[] {
  return checkedServices.filter((service) => checks[service] !== "failed");
}

function contentOf(type: AlertType, group: Incident[], { name }: User): MailContent {
  const services = group.map(({ service }) => service).join(", ");
  const [first] = group;
  if (type === "health-check-recovered") {
    return { template: type, variables: { name, services, at: sayAt(first?.closedAt) } };
  }
  return {
    template: type,
    variables: { name, services, reasons: sayReasons(group), at: sayAt(first?.openedAt) },
  };
}

function sayAlert(type: AlertType, group: Incident[], unsent: number): string {
  const services =
    type === "health-check-failed" ? sayReasons(group) : group.map(({ service }) => service).join(", ");
  return `${type}: ${services}${unsent > 0 ? ` (${unsent} of the admins could not be mailed)` : ""}`;
}

function sayReasons(group: Incident[]): string {
  return group.map(({ service, reason }) => `${service}: ${reason}`).join("; ");
}

function sayAt(at: Date | null | undefined): string {
  return at ? sayInstant(at) : "unknown";
}
