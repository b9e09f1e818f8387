/** The app's mailbox, asked over HTTP. */
import { inject } from "vitest";
import { z } from "zod";
import { until } from "../../../scripts/processes.mjs";

const Mails = z.object({
  messages: z.array(z.object({ id: z.string(), subject: z.string(), html: z.string(), text: z.string() })),
});
export type Mail = z.infer<typeof Mails>["messages"][number];

export function waitForMail(to: string, subject: string): Promise<Mail> {
  return until(`a mail “${subject}” to ${to}`, 30_000, async () => {
    const answer = await fetch(`${inject("appUrl")}/api/dev/mailbox?${new URLSearchParams({ to })}`);
    return Mails.parse(await answer.json()).messages.find((mail) => mail.subject.includes(subject));
  });
}

/** The address that a usage mail's text part names to have no more of them. */
export function unsubscribeLink({ text }: Mail): string {
  const [link] = /https?:\/\/\S+\/unsubscribe\?\S+/.exec(text) ?? [];
  if (link) return link;
  throw new Error(`The mail has no link to unsubscribe:\n${text}`);
}
