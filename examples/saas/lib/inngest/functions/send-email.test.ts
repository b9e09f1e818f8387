import { assertEnded, createWorld, type World } from "stepwell/test";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { services } from "@/services/index.ts";
import { inngest } from "../client.ts";
import { sendEmail } from "./send-email.ts";

const mail = { to: "kim@x.example", subject: "Hello", template: "welcome", variables: { name: "Kim" } };

let world: World;
beforeAll(async () => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  await services().ready();
});
beforeEach(async () => {
  world = await createWorld({ client: inngest, functions: [sendEmail] });
});
afterEach(() => world.close());

describe("send-email", () => {
  it("sends the template under the event's subject", async () => {
    await world.send({ name: "email/send", data: mail });
    assertEnded(world.run());
    const kept = await services().mailbox.list({ to: mail.to });
    expect(kept).toMatchObject([{ subject: "Hello", text: expect.stringContaining("WELCOME, KIM") }]);
  });

  it.each([
    [
      "a template that does not exist, and lists the known ones",
      { template: "nope" },
      'Unknown template "nope". Known: welcome, getting-started-tips, re-engagement, report-ready',
    ],
    [
      "variables that are missing, and names them",
      { template: "report-ready", variables: { name: "Kim", organization: "Northwind Tea" } },
      'Template "report-ready" lacks variables: report, period, pdfUrl',
    ],
    ["a variable that is empty", { variables: { name: "" } }, 'Template "welcome" has wrong variables: name'],
  ])("does not try again with %s", async (_what, wrong, message) => {
    const to = "never@x.example";
    await world.send({ name: "email/send", data: { ...mail, to, ...wrong } });
    await world.advance("1h");
    expect(world.run()).toMatchObject({
      status: "failed",
      steps: { "send-email": { attempts: 1 } },
      error: { message: expect.stringContaining(message) },
    });
    expect(await services().mailbox.list({ to })).toEqual([]);
  });

  it("tries again when the mail server does not take it, under the same Message-ID", async () => {
    const send = vi.spyOn(services().email, "send").mockRejectedValueOnce(new Error("Connection lost"));
    await world.send({ name: "email/send", data: { ...mail, to: "late@x.example" } });
    expect(world.run().steps["send-email"]).toMatchObject({ status: "retrying", attempts: 1 });
    await world.advance("1h");
    assertEnded(world.run());
    expect(send.mock.calls.map(([{ key }]) => key)).toEqual([
      [world.run().id, "send-email"],
      [world.run().id, "send-email"],
    ]);
    expect(await services().mailbox.list({ to: "late@x.example" })).toHaveLength(1);
    send.mockRestore();
  });
});
