import { asc, isNull } from "drizzle-orm";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { OpenDatabase } from "@/db/client.ts";
import { openEmptyDatabase } from "@/db/fixtures/empty-database.ts";
import { incidents, organizations, users } from "@/db/schema.ts";
import { sayInstant } from "@/lib/instants.ts";
import type { EmailService, MailRequest } from "./email-service.ts";
import type { CheckedService, Findings } from "./health-service.ts";
import { createIncidentService, type IncidentService } from "./incident-service.ts";
import { createLogService, type LogService } from "./log-service.ts";

const start = Date.parse("2026-03-31T12:00:00Z");
const minutes = (count: number) => new Date(start + count * 60_000);

let database: OpenDatabase;
let logs: LogService;
let service: IncidentService;
let mails: MailRequest[];
let refusedAddresses: string[];

beforeEach(async () => {
  database = await openEmptyDatabase();
  mails = [];
  refusedAddresses = [];
  const email: EmailService = {
    async send(mail) {
      if (refusedAddresses.includes(mail.to)) throw new Error(`550 ${mail.to} does not exist`);
      mails.push(mail);
      return { messageId: "", to: mail.to, subject: "" };
    },
    close: async () => {},
  };
  logs = createLogService(database);
  service = createIncidentService({ ...database, email, logs });
  await database.db.insert(organizations).values({ id: "org_1", name: "Tallyho", createdAt: minutes(0) });
  await database.db
    .insert(users)
    .values([person("ada", "admin"), person("ben", "admin"), person("tom", "user")]);
});
afterEach(() => database.close());

function person(name: string, role: "user" | "admin") {
  const moments = { createdAt: minutes(0), updatedAt: minutes(0) };
  const organization = { organizationId: "org_1", organizationRole: "member" } as const;
  return { id: `usr_${name}`, name, email: `${name}@x.example`, role, ...organization, ...moments };
}

/** All are well but these. */
function found(at: Date, ...failed: CheckedService[]): Findings {
  const checks: Findings["checks"] = { database: "ok", redis: "ok", stripe: "not configured" };
  const reasons: Findings["reasons"] = {};
  for (const one of failed) {
    checks[one] = "failed";
    reasons[one] = `${one} is away`;
  }
  return { at: at.toISOString(), checks, reasons };
}

/** What the job does with findings. */
async function handle(findings: Findings, now = new Date(findings.at)) {
  const due = await service.listDueAlerts(findings);
  const alerts = [];
  for (const type of due) alerts.push(await service.alert(type, findings, now));
  return alerts;
}

const receivers = () => mails.map(({ to, template }) => `${template} ${to}`);
const keys = () => mails.map(({ key }) => key.join(" "));
const listIncidents = async () => database.db.select().from(incidents).orderBy(asc(incidents.openedAt));
const listOpen = async () => database.db.select().from(incidents).where(isNull(incidents.closedAt));

describe("an incident", () => {
  it("is told to the admins once when it begins, and once when it is over", async () => {
    expect(await handle(found(minutes(0)))).toEqual([]);
    expect(await handle(found(minutes(5), "redis"))).toEqual([
      { type: "health-check-failed", services: ["redis"] },
    ]);
    expect(receivers()).toEqual(["health-check-failed ada@x.example", "health-check-failed ben@x.example"]);
    expect(mails[0]?.variables).toEqual({
      name: "ada",
      services: "redis",
      reasons: "redis: redis is away",
      at: sayInstant(minutes(5)),
    });
    expect(await handle(found(minutes(10), "redis"))).toEqual([]);
    expect(await handle(found(minutes(15)))).toEqual([
      { type: "health-check-recovered", services: ["redis"] },
    ]);
    expect(mails.at(-1)?.variables).toMatchObject({ services: "redis", at: sayInstant(minutes(15)) });
    expect(await handle(found(minutes(20)))).toEqual([]);
    expect(mails).toHaveLength(4);
    expect(await listIncidents()).toMatchObject([
      { service: "redis", openedAt: minutes(5), closedAt: minutes(15), failureAlertedAt: minutes(5) },
    ]);
  });

  it("is written to the log at its beginning and end", async () => {
    await handle(found(minutes(5), "redis"));
    await handle(found(minutes(10)));
    expect(await logs.list(10)).toMatchObject([
      { level: "info", message: "health-check-recovered: redis", createdAt: minutes(10) },
      { level: "error", message: "health-check-failed: redis: redis is away", createdAt: minutes(5) },
    ]);
  });

  it("of two services at once is one alert and one mail", async () => {
    expect(await handle(found(minutes(0), "redis", "stripe"))).toEqual([
      { type: "health-check-failed", services: ["redis", "stripe"] },
    ]);
    expect(mails).toHaveLength(2);
    expect(mails[0]?.variables).toMatchObject({
      services: "redis, stripe",
      reasons: "redis: redis is away; stripe: stripe is away",
    });
  });

  it("may begin while another one ends", async () => {
    await handle(found(minutes(0), "redis"));
    expect(await handle(found(minutes(5), "stripe"))).toEqual([
      { type: "health-check-failed", services: ["stripe"] },
      { type: "health-check-recovered", services: ["redis"] },
    ]);
  });

  it("is over for a service that is no longer configured", async () => {
    await handle(found(minutes(0), "stripe"));
    expect(await handle(found(minutes(5)))).toEqual([
      { type: "health-check-recovered", services: ["stripe"] },
    ]);
  });

  it("comes again with the next failure", async () => {
    await handle(found(minutes(0), "redis"));
    await handle(found(minutes(5)));
    await handle(found(minutes(10), "redis"));
    expect(mails).toHaveLength(6);
    expect(new Set(keys()).size).toBe(6);
  });
});

describe("an alert that is repeated", () => {
  it("says nothing new, and mails nobody", async () => {
    const findings = found(minutes(0), "redis");
    await handle(findings);
    expect(await service.alert("health-check-failed", findings, minutes(1))).toEqual({
      type: "health-check-failed",
      services: [],
    });
    expect(mails).toHaveLength(2);
    expect(await logs.list(10)).toHaveLength(1);
  });

  it("after a crash before it was noted sends the same mails", async () => {
    const findings = found(minutes(0), "redis", "stripe");
    await handle(findings);
    const before = keys();
    await database.db.update(incidents).set({ failureAlertedAt: null });
    await service.alert("health-check-failed", findings, minutes(1));
    expect(keys()).toEqual([...before, ...before]);
    expect(await logs.list(10)).toHaveLength(1);
  });

  it("keeps together what began together, also when more has begun since", async () => {
    refusedAddresses = ["ada@x.example", "ben@x.example"];
    await expect(handle(found(minutes(0), "redis"))).rejects.toThrow("550");
    refusedAddresses = [];
    expect(await handle(found(minutes(5), "redis", "stripe"))).toEqual([
      { type: "health-check-failed", services: ["redis", "stripe"] },
    ]);
    const told = mails.filter(({ to }) => to === "ada@x.example").map(({ variables }) => variables);
    expect(told).toMatchObject([
      { services: "redis", at: sayInstant(minutes(0)) },
      { services: "stripe", at: sayInstant(minutes(5)) },
    ]);
  });

  it("late, when all is over, opens nothing", async () => {
    const early = found(minutes(0), "redis");
    await handle(early);
    await handle(found(minutes(5)));
    await service.alert("health-check-failed", early, minutes(9));
    expect(await listOpen()).toEqual([]);
    expect(mails).toHaveLength(4);
  });

  it("late, when the next incident has begun, does not end that one", async () => {
    await handle(found(minutes(0), "redis"));
    const well = found(minutes(5));
    await handle(well);
    await handle(found(minutes(10), "redis"));
    await service.alert("health-check-recovered", well, minutes(12));
    expect(await listOpen()).toMatchObject([{ openedAt: minutes(10) }]);
    expect(mails).toHaveLength(6);
  });
});

describe("mails that cannot be sent", () => {
  it("to one of the admins do not keep the others from theirs, and are in the log", async () => {
    refusedAddresses = ["ada@x.example"];
    await handle(found(minutes(0), "redis"));
    expect(receivers()).toEqual(["health-check-failed ben@x.example"]);
    const [entry] = await logs.list(1);
    expect(entry?.message).toBe(
      "health-check-failed: redis: redis is away (1 of the admins could not be mailed)",
    );
    expect(await handle(found(minutes(5), "redis"))).toEqual([]);
  });

  it("to any of them are tried again by the next check, also when all is over by then", async () => {
    refusedAddresses = ["ada@x.example", "ben@x.example"];
    await expect(handle(found(minutes(0), "redis"))).rejects.toThrow("550");
    refusedAddresses = [];
    expect(await handle(found(minutes(5)))).toEqual([
      { type: "health-check-failed", services: ["redis"] },
      { type: "health-check-recovered", services: ["redis"] },
    ]);
    expect(await handle(found(minutes(10)))).toEqual([]);
  });

  it("are none where nobody is admin: the log has it", async () => {
    await database.db.update(users).set({ role: "user" });
    expect(await handle(found(minutes(0), "redis"))).toHaveLength(1);
    expect(mails).toEqual([]);
    expect(await logs.list(10)).toHaveLength(1);
  });
});
