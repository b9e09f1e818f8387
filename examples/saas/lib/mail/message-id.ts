/** What makes a mail the same mail when it is sent again: its run and its step. */
export type MailKey = readonly [runId: string, stepId: string];

/** The same run and step always give the same Message-ID, so a duplicate can be recognised. */
export function messageIdOf([runId, stepId]: MailKey, from: string): string {
  const domain = /@([A-Za-z0-9.-]+)/.exec(from)?.[1] ?? "localhost";
  return `<${toWord(stepId)}.${toWord(runId)}@${domain}>`;
}

/** Only what a Message-ID may hold, and never the same for two texts. */
function toWord(text: string): string {
  const escape = (sign: string) => `%${sign.charCodeAt(0).toString(16)}`;
  return encodeURIComponent(text.toWellFormed()).replaceAll(/[.!~*'()]/g, escape);
}
