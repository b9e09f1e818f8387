/**
 * A real SMTP server on a free loopback port. It answers 250 only after `keep` is through, so a
 * mail that was accepted is never lost.
 */
import { type ParsedMail, simpleParser } from "mailparser";
import { SMTPServer } from "smtp-server";

export type CaughtMail = {
  messageId: string;
  from: string;
  to: string;
  subject: string;
  html: string;
  text: string;
  /** By name in lower case, as they came, unfolded. */
  headers: Record<string, string>;
};

export type Catcher = { port: number; close: () => Promise<void> };

const MAX_MAIL_BYTES = 10 * 1024 * 1024;

export async function startCatcher(keep: (mail: CaughtMail) => Promise<void>): Promise<Catcher> {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["AUTH", "STARTTLS"],
    disableReverseLookup: true,
    size: MAX_MAIL_BYTES,
    onData(stream, session, answer) {
      const recipients = session.envelope.rcptTo.map(({ address }) => address);
      simpleParser(stream)
        .then(async (mail) => {
          if (stream.sizeExceeded) throw new Error("The mail is larger than 10 MiB");
          await keep(toCaughtMail(mail, recipients));
          answer();
        })
        .catch((error: Error) => answer(error));
    },
  });
  server.on("error", (error) => console.error(`Mail catcher: ${error.message}`));
  return new Promise((resolve, reject) => {
    server.server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.server.address();
      if (address === null || typeof address === "string") return reject(new Error("No port"));
      server.server.unref();
      resolve({ port: address.port, close: () => new Promise((done) => server.close(() => done())) });
    });
  });
}

function toCaughtMail(mail: ParsedMail, recipients: string[]): CaughtMail {
  return {
    messageId: mail.messageId ?? `<${crypto.randomUUID()}@catcher>`,
    from: mail.from?.text ?? "",
    to: recipients.join(", ").toLowerCase(),
    subject: mail.subject ?? "(no subject)",
    html: mail.html || "",
    text: mail.text ?? "",
    headers: Object.fromEntries(mail.headerLines.map(({ key, line }) => [key, valueOf(line)])),
  };
}

function valueOf(line: string): string {
  return line
    .slice(line.indexOf(":") + 1)
    .replaceAll(/\r?\n(?=\s)/g, "")
    .trim();
}
