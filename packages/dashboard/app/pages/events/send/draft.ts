/**
 * An event as it is being written: texts, as the fields hold them. Checked here to help the writer; the
 * server checks again (semantics §3.1).
 */
import type { SendEventBody } from "@stepwell/api/dashboard";

export interface EventDraft {
  name: string;
  /** JSON text of an object; empty: `{}`. */
  data: string;
  id: string;
  /** Of a `datetime-local` field, in the browser's zone; empty: now. */
  at: string;
}
export type DraftProblems = { [Field in keyof EventDraft]?: string };

export const emptyDraft: EventDraft = { name: "", data: "{}", id: "", at: "" };
const MAX_NAME_LENGTH = 512;

/** The body to be sent, or what is wrong, by field. */
export function readDraft(draft: EventDraft): { body: SendEventBody } | { problems: DraftProblems } {
  const data = readObject(draft.data);
  const ts = draft.at === "" ? null : Date.parse(draft.at);
  const problems: DraftProblems = {};
  const name = draft.name.trim();
  if (name === "") problems.name = "Give the event a name, like user/created.";
  else if (name.length > MAX_NAME_LENGTH) problems.name = `At most ${MAX_NAME_LENGTH} characters.`;
  else if (/^inngest\//i.test(name)) problems.name = "Names that start with inngest/ belong to the server.";
  if (typeof data === "string") problems.data = data;
  if (Number.isNaN(ts)) problems.at = "This is not a time.";
  if (Object.keys(problems).length > 0 || typeof data === "string") return { problems };
  const id = draft.id.trim();
  return { body: { name, data, ...(id && { id }), ...(ts !== null && { ts }) } };
}

/** The object that a JSON text holds, or why it holds none. Empty text is an empty object. */
export function readObject(text: string): Record<string, unknown> | string {
  if (text.trim() === "") return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return `This is not JSON: ${error instanceof Error ? error.message : String(error)}`;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return 'This must be an object, like { "userId": 1 }.';
  return value as Record<string, unknown>;
}

/** Text for the editor. */
export function writeObject(value: Record<string, unknown> | null | undefined): string {
  return JSON.stringify(value ?? {}, null, 2);
}

/** The data to be sent again of an event's payload, as functions got it. */
export function dataOfPayload(payload: unknown): Record<string, unknown> {
  const data = (payload as { data?: unknown } | null)?.data;
  return typeof data === "object" && data !== null && !Array.isArray(data)
    ? (data as Record<string, unknown>)
    : {};
}
