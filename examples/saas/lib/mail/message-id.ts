/** What makes a mail the same mail when it is sent again: its run and its step. */
export type MailKey = readonly [runId: string, stepId: string];

/** The same run and step always give the same Message-ID, so a duplicate can be recognised. */
export function messageIdOf([runId, stepId]: MailKey, from: string): string {
  const domain = /@([A-Za-z0-9.-]+)/.exec(from)?.[1] ?? "localhost";
  const safe = (text: string) => text.replaceAll(/[^A-Za-z0-9-]/g, "_");
  return `<${safe(stepId)}.${safe(runId)}@${domain}>`;
}
