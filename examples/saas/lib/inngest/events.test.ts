import { createServer, type Server } from "node:http";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  dailyCleanupRequested,
  emailSend,
  jobRequested,
  reportGenerate,
  subscriptionCreated,
  userCreated,
} from "./events.ts";
import { EventRefusedError, sendEvent } from "./send.ts";

const ada = { userId: "usr_ada", email: "ada@northwind.example", name: "Ada" };
const march = { start: "2026-03-01", end: "2026-03-31" };
const report = { organizationId: "org_northwind", reportType: "usage", dateRange: march };
const mail = { to: ada.email, subject: "Hi", template: "welcome", variables: { name: "Ada" } };

describe("good events", () => {
  it.each([
    userCreated.create(ada),
    emailSend.create(mail),
    subscriptionCreated.create({ organizationId: "org_northwind", plan: "pro" }),
    dailyCleanupRequested.create({ triggeredBy: "usr_ada", manual: true }),
    jobRequested("some-job").create({ triggeredBy: "usr_ada", manual: true }),
    reportGenerate.create(report),
    reportGenerate.create({ ...report, requestedBy: "usr_ada" }),
    reportGenerate.create({
      ...report,
      dateRange: { start: "2026-03-01T00:00:00Z", end: "2026-03-31T23:59:59+02:00" },
    }),
  ])("$name is accepted", async (event) => {
    await expect(event.validate()).resolves.toBeUndefined();
  });
});

describe("wrong events are refused before they are sent", () => {
  const range = (start: string, end: string) =>
    reportGenerate.create({ ...report, dateRange: { start, end } });
  it.each([
    // @ts-expect-error no name
    ["name", userCreated.create({ userId: "u", email: ada.email })],
    // @ts-expect-error a number is no id
    ["userId", userCreated.create({ ...ada, userId: 7 })],
    ["email", userCreated.create({ ...ada, email: "ada" })],
    // @ts-expect-error a variable is a text
    ["variables.count", emailSend.create({ ...mail, variables: { count: 3 } })],
    // @ts-expect-error no plan
    ["plan", subscriptionCreated.create({ organizationId: "org_northwind" })],
    // @ts-expect-error no such plan
    ["plan", subscriptionCreated.create({ organizationId: "org_northwind", plan: "gold" })],
    ["requestedBy", reportGenerate.create({ ...report, requestedBy: "" })],
    // @ts-expect-error a start by hand says so
    ["manual", dailyCleanupRequested.create({ triggeredBy: "usr_ada", manual: false })],
    ["dateRange.start: must be an ISO date", range("yesterday", "2026-03-31")],
    ["dateRange.end: must be an ISO date", range("2026-02-01", "2026-02-30")],
    ["the start must not be after the end", range("2026-03-31", "2026-03-01")],
    ["at most 366 days", range("2024-01-01", "2026-01-01")],
  ])("%s", async (problem, event) => {
    const refusal = sendEvent(event);
    await expect(refusal).rejects.toThrow(EventRefusedError);
    await expect(refusal).rejects.toThrow(problem);
  });
});

describe("a server that does not take the event", () => {
  let server: Server;
  let url: string;
  beforeEach(async () => {
    server = createServer((_request, response) => {
      response.writeHead(401, { "Content-Type": "application/json" });
      response.end(JSON.stringify({ status: 401, error: "Event key not found" }));
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const address = server.address();
    url = `http://127.0.0.1:${typeof address === "object" ? address?.port : undefined}`;
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
    server.close();
  });

  async function refusalWith(variables: Record<string, string>): Promise<Error> {
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
    vi.resetModules();
    const fresh = await import("./send.ts");
    return fresh.sendEvent(userCreated.create(ada)).then(
      () => expect.unreachable("It was sent"),
      (error: Error) => error,
    );
  }

  it("is named in development, with the cause and the cure", async () => {
    const refusal = await refusalWith({ INNGEST_DEV: url });
    expect(refusal.name).toBe("EventNotSentError");
    expect(refusal.message).toContain(`could not be sent to ${url}`);
    expect(refusal.message).toContain("npm start");
  });

  it("is named in production for the log only: people are told what they can do", async () => {
    const logged = vi.spyOn(console, "error").mockReturnValue();
    const keys = { INNGEST_EVENT_KEY: "geheim", INNGEST_SIGNING_KEY: "signkey-prod-00" };
    const refusal = await refusalWith({ INNGEST_DEV: "0", INNGEST_BASE_URL: url, ...keys });
    expect(refusal).toMatchObject({ name: "EventNotSentError", message: "Try again in a minute." });
    expect(refusal.cause).toBeUndefined();
    expect(logged).toHaveBeenCalledWith(expect.stringContaining(`could not be sent to ${url}`));
    expect(logged.mock.calls.join()).not.toContain("geheim");
  });
});
