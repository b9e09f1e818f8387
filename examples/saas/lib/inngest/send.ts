/**
 * The one way events leave the app: checked first, and a failure says what to do about it. Who reads
 * that is the developer in development, and a customer in production.
 */
import { inngest } from "./client.ts";

type CheckedEvent = {
  name: string;
  data: Record<string, unknown>;
  id?: string;
  validate: () => Promise<void>;
};

/** The payload does not fit the event's schema: nothing was sent. */
export class EventRefusedError extends Error {
  override name = "EventRefusedError";
}

/** The server did not take the event. Its message may be shown on a page. */
export class EventNotSentError extends Error {
  override name = "EventNotSentError";
}

/** @example await sendEvent(userCreated.create({ userId, email, name }, { id: userId })) */
export async function sendEvent(event: CheckedEvent): Promise<{ ids: string[] }> {
  try {
    await event.validate();
  } catch (error) {
    throw new EventRefusedError(`"${event.name}" was not sent: ${reason(error)}`);
  }
  try {
    return await inngest.send(event);
  } catch (error) {
    const place = new URL(inngest.eventBaseUrl).origin;
    const said = `"${event.name}" could not be sent to ${place}: ${reason(error)}.`;
    if (inngest.mode === "dev") {
      throw new EventNotSentError(`${said} Is the server running there? In this repository: npm start.`);
    }
    console.error(said);
    throw new EventNotSentError("Try again in a minute.");
  }
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error && cause.message ? `${error.message} (${cause.message})` : error.message;
}
