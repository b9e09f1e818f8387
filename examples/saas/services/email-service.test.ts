import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openDatabase } from "@/db/client.ts";
import { type Catcher, startCatcher } from "@/lib/mail/catcher.ts";
import { messageIdOf } from "@/lib/mail/message-id.ts";
import { createEmailService, type EmailService } from "./email-service.ts";
import { createMailboxService, type MailboxService } from "./mailbox-service.ts";

const from = "Tallyho <hello@tallyho.example>";

let catcher: Catcher;
let mailbox: MailboxService;
let email: EmailService;
let full = false;

beforeEach(async () => {
  full = false;
  mailbox = createMailboxService(openDatabase(":memory:"));
  catcher = await startCatcher((mail) => {
    if (full) throw new Error("The disk is full");
    mailbox.keep(mail);
  });
  const smtp = async () => ({ host: "127.0.0.1", port: catcher.port, secure: false });
  email = createEmailService({ from, appUrl: "https://app.tallyho.example", smtp });
});
afterEach(() => catcher.close());

const welcome = {
  to: "Ada@Northwind.example",
  template: "welcome",
  variables: { name: "Ada Ünal" },
  key: ["01RUN", "send-email"],
} as const;

describe("a mail over SMTP", () => {
  it("arrives in the mailbox with both parts", async () => {
    const sent = await email.send(welcome);
    const [mail] = mailbox.list({ to: "ada@northwind.example" });
    expect(mail).toMatchObject({
      messageId: sent.messageId,
      subject: "Welcome to Tallyho, Ada Ünal",
      from: '"Tallyho" <hello@tallyho.example>',
      copies: 1,
    });
    expect(mail?.html).toContain("Welcome, Ada Ünal");
    expect(mail?.text).toContain("Your workspace is ready");
    expect(mailbox.find(mail?.id ?? "")).toEqual(mail);
  });

  it("sent again for the same run and step is shown once", async () => {
    const first = await email.send(welcome);
    const again = await email.send(welcome);
    expect(again.messageId).toBe(first.messageId);
    expect(mailbox.list().map(({ copies }) => copies)).toEqual([2]);
    await email.send({ ...welcome, key: ["01OTHER", "send-email"] });
    expect(mailbox.list()).toHaveLength(2);
  });

  it("takes its own subject, and keeps line breaks out of the headers", async () => {
    await email.send({ ...welcome, subject: "Hello\r\nBcc: eve@evil.example" });
    const [mail] = mailbox.list();
    expect(mail?.subject).toBe("Hello Bcc: eve@evil.example");
    expect(mail?.to).toBe("ada@northwind.example");
  });

  it("fails when the server does not keep it", async () => {
    full = true;
    await expect(email.send(welcome)).rejects.toThrow("The disk is full");
    expect(mailbox.list()).toEqual([]);
  });
});

describe("a Message-ID", () => {
  it("is made of run, step and the sender's domain, and stays one word", () => {
    expect(messageIdOf(["01RUN", "send-email"], from)).toBe("<send-email.01RUN@tallyho.example>");
    expect(messageIdOf(["a b", "x>\r\n"], "nobody")).toBe("<x___.a_b@localhost>");
  });
});
