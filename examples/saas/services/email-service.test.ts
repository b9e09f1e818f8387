import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { OpenDatabase } from "@/db/client.ts";
import { openEmptyDatabase } from "@/db/fixtures/empty-database.ts";
import { type Catcher, type CaughtMail, startCatcher } from "@/lib/mail/catcher.ts";
import { messageIdOf } from "@/lib/mail/message-id.ts";
import { createEmailService, type EmailService } from "./email-service.ts";
import { createMailboxService, type MailboxService } from "./mailbox-service.ts";

const from = "Tallyho <hello@tallyho.example>";

let database: OpenDatabase;
let catcher: Catcher;
let mailbox: MailboxService;
let email: EmailService;
let full = false;
let caught: CaughtMail[] = [];

beforeEach(async () => {
  full = false;
  caught = [];
  database = await openEmptyDatabase();
  mailbox = createMailboxService(database);
  catcher = await startCatcher(async (mail) => {
    if (full) throw new Error("The disk is full");
    await mailbox.keep(mail);
    caught.push(mail);
  });
  const smtp = async () => ({ host: "127.0.0.1", port: catcher.port, secure: false });
  email = createEmailService({ from, appUrl: "https://app.tallyho.example", smtp });
});
afterEach(async () => {
  await email.close();
  await catcher.close();
  await database.close();
});

const welcome = {
  to: "Ada@Northwind.example",
  template: "welcome",
  variables: { name: "Ada Ünal" },
  key: ["01RUN", "send-email"],
} as const;

describe("a mail over SMTP", () => {
  it("arrives in the mailbox with both parts", async () => {
    const sent = await email.send(welcome);
    const [mail] = await mailbox.list({ to: "ada@northwind.example" });
    expect(mail).toMatchObject({
      messageId: sent.messageId,
      subject: "Welcome to Tallyho, Ada Ünal",
      from: '"Tallyho" <hello@tallyho.example>',
      copies: 1,
    });
    expect(mail?.html).toContain("Welcome, Ada Ünal");
    expect(mail?.text).toContain("Your workspace is ready");
    expect(await mailbox.find(mail?.id ?? "")).toEqual(mail);
  });

  it("goes out after one that found no server to start with", async () => {
    await email.close();
    const server = { host: "127.0.0.1", port: catcher.port, secure: false };
    const smtp = vi.fn(async () => server).mockRejectedValueOnce(new Error("No port is free"));
    email = createEmailService({ from, appUrl: "https://app.tallyho.example", smtp });
    await expect(email.send(welcome)).rejects.toThrow("No port is free");
    await email.send(welcome);
    expect(caught).toHaveLength(1);
  });

  it("sent again for the same run and step is shown once", async () => {
    const first = await email.send(welcome);
    const again = await email.send(welcome);
    expect(again.messageId).toBe(first.messageId);
    expect((await mailbox.list()).map(({ copies }) => copies)).toEqual([2]);
    await email.send({ ...welcome, key: ["01OTHER", "send-email"] });
    expect(await mailbox.list()).toHaveLength(2);
  });

  it("takes its own subject, and keeps line breaks out of the headers", async () => {
    await email.send({ ...welcome, subject: "Hello\r\nBcc: eve@evil.example" });
    const [mail] = await mailbox.list();
    expect(mail?.subject).toBe("Hello Bcc: eve@evil.example");
    expect(mail?.to).toBe("ada@northwind.example");
  });

  it("fails when the server does not keep it", async () => {
    full = true;
    await expect(email.send(welcome)).rejects.toThrow("The disk is full");
    expect(await mailbox.list()).toEqual([]);
  });
});

describe("a mail that comes again and again", () => {
  it("tells mail programs where it ends, and that a POST does it", async () => {
    const unsubscribeUrl = `https://app.tallyho.example/unsubscribe?user=usr_ada&signature=${"4f".repeat(40)}`;
    await email.send({ ...welcome, unsubscribeUrl });
    expect(caught[0]?.headers).toMatchObject({
      "list-unsubscribe": `<${unsubscribeUrl}>`,
      "list-unsubscribe-post": "List-Unsubscribe=One-Click",
    });
  });

  it("and no other mail does", async () => {
    await email.send(welcome);
    expect(Object.keys(caught[0]?.headers ?? {}).filter((name) => name.startsWith("list-"))).toEqual([]);
  });
});

describe("a Message-ID", () => {
  it("is made of run, step and the sender's domain, and stays one word", () => {
    expect(messageIdOf(["01RUN", "send-email"], from)).toBe("<send-email.01RUN@tallyho.example>");
    expect(messageIdOf(["a b", "x>\r\n"], "nobody")).toBe("<x%3E%0D%0A.a%20b@localhost>");
  });

  it("is never the same for two keys", () => {
    const keys: [string, string][] = [
      ["r", "a b"],
      ["r", "a_b"],
      ["r", "a%20b"],
      ["r", "a.b"],
      ["b.r", "a"],
      ["r", "ä"],
    ];
    expect(new Set(keys.map((key) => messageIdOf(key, from))).size).toBe(keys.length);
  });
});
