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
};

export interface EmailService {
  send(request: MailRequest): Promise<{ messageId: string; to: string; subject: string }>;
}

type Settings = {
  from: string;
  appUrl: string;
  /** Asked at the first mail, because the catcher has to be started first. */
  smtp: () => Promise<SmtpSettings>;
};

export function createEmailService({ from, appUrl, smtp }: Settings): EmailService {
  let transport: Promise<Transporter> | undefined;
  const connect = () => {
    transport ??= smtp().then((settings) => createTransport({ ...settings, ...TIMEOUTS }));
    return transport;
  };
  return {
    async send({ to, subject, key, ...content }) {
      const mail = await renderMail(content as MailContent, appUrl);
      const messageId = messageIdOf(key, from);
      const message = { ...mail, from, to, subject: subject ?? mail.subject, messageId };
      await (await connect()).sendMail(message);
      return { messageId, to, subject: message.subject };
    },
  };
}

const TIMEOUTS = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 30_000 };
