/**
 * The one case in which a mail goes out twice: the SMTP server has taken it, and its answer is
 * lost. Nobody can know that it arrived, so it is sent again, under the Message-ID it had.
 */
import { assertEnded, createWorld } from "stepwell/test";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { inngest } from "@/lib/inngest/client.ts";
import { sendEmail } from "@/lib/inngest/functions/send-email.ts";
import { type Catcher, startCatcher } from "@/lib/mail/catcher.ts";
import { type BreakableLine, openLine } from "@/lib/mail/fixtures/breakable-line.ts";
import { services } from "./index.ts";

let catcher: Catcher;
let line: BreakableLine;
let deliveries: string[] = [];
let answersToLose = 0;

beforeAll(async () => {
  catcher = await startCatcher(async (mail) => {
    await services().mailbox.keep(mail);
    deliveries.push(mail.messageId);
    if (answersToLose-- > 0) line.cut();
  });
  line = await openLine(catcher.port);
  vi.stubEnv("SMTP_HOST", "127.0.0.1");
  vi.stubEnv("SMTP_PORT", String(line.port));
  // The SDK says there which error a step had.
  vi.spyOn(console, "error").mockImplementation(() => {});
  await services().ready();
});
afterAll(async () => {
  await services().email.close();
  await line.close();
  await catcher.close();
});

beforeEach(() => {
  deliveries = [];
});
afterEach(() => {
  answersToLose = 0;
});

it("a mail whose answer is lost goes out again under its Message-ID, and is shown once", async () => {
  const mail = {
    to: "kim@x.example",
    template: "welcome",
    variables: { name: "Kim" },
    key: ["01RUN", "send-email"],
  } as const;
  answersToLose = 1;
  await expect(services().email.send(mail)).rejects.toThrow();
  expect(deliveries).toHaveLength(1);

  const { messageId } = await services().email.send(mail);
  expect(deliveries).toEqual([messageId, messageId]);
  expect(await services().mailbox.list({ to: mail.to })).toMatchObject([{ messageId, copies: 2 }]);
});

it("a run that loses an answer tries again, completes, and leaves one mail in the mailbox", async () => {
  await using world = await createWorld({ client: inngest, functions: [sendEmail] });
  const data = { to: "lou@x.example", subject: "Hello", template: "welcome", variables: { name: "Lou" } };
  answersToLose = 1;
  await world.send({ name: "email/send", data });
  await world.advance("1h");

  const run = world.run("send-email");
  assertEnded(run);
  expect(run).toMatchObject({ status: "completed", steps: { "send-email": { attempts: 2 } } });
  expect(deliveries).toHaveLength(2);
  expect(new Set(deliveries).size).toBe(1);
  expect(await services().mailbox.list({ to: data.to })).toMatchObject([
    { messageId: deliveries[0], copies: 2 },
  ]);
});
