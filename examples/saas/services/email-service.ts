/** Renders a template and hands it to an SMTP server; throws if that does not accept it. */
import { createTransport, type Transporter } from "nodemailer";
import { type MailContent, renderMail } from "@/emails/index.ts";
import type { SmtpSettings } from "@/lib/config.ts";
import { type MailKey, messageIdOf } from "@/lib/mail/message-id.ts";

export type MailRequest = MailContent & {
  to: string;
  /** Replaces the template's own subject. */
  subject?: string;
  key: MailKey;
  /** For mails that come again and again: mail programs show it as their own button. */
  unsubscribeUrl?: string;
};

export interface EmailService {
  /** Resolves once the SMTP server has the mail. Without an answer it may have it, or not. */
  send(request: MailRequest): Promise<{ messageId: string; to: string; subject: string }>;
  /** Ends the connections that are kept for the next mail. */
  close(): Promise<void>;
}

type Settings = {
  from: string;
  appUrl: string;
  /** Asked at the first mail, because the catcher has to be started first. */
  smtp: () => Promise<SmtpSettings>;
};

export function createEmailService({ from, appUrl, smtp }: Settings): EmailService {
  let transport: Promise<Transporter> | undefined;
  async function open() {
    try {
      return createTransport({ ...(await smtp()), ...POOL, ...TIMEOUTS });
    } catch (error) {
      // The next mail tries anew.
      transport = undefined;
      throw error;
    }
  }
  const connect = () => {
    transport ??= open();
    return transport;
  };
  return {
    async send({ to, subject, key, unsubscribeUrl, ...content }) {
      const mail = await renderMail(content as MailContent, appUrl);
      const messageId = messageIdOf(key, from);
      const message = { ...mail, from, to, subject: subject ?? mail.subject, messageId };
      await (await connect()).sendMail({ ...message, ...unsubscribeHeaders(unsubscribeUrl) });
      return { messageId, to, subject: message.subject };
    },
    async close() {
      (await transport)?.close();
      transport = undefined;
    },
  };
}

/** A few connections carry a thousand mails: most providers refuse a new one for each. */
const POOL = { pool: true, maxConnections: 5 } as const;
const TIMEOUTS = {
  connectionTimeout: 10_000,
  greetingTimeout: 10_000,
  socketTimeout: 30_000,
  idleTimeout: 10_000,
};

/** The link, and that a mail program may follow it by a POST of its own (RFC 8058). */
function unsubscribeHeaders(url: string | undefined) {
  if (url === undefined) return {};
  return {
    list: { unsubscribe: url },
    headers: { "List-Unsubscribe-Post": "List-Unsubscribe=One-Click" },
  };
}
