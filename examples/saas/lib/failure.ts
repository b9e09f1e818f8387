/** What is said of a failure. That a query failed is said by drizzle with its SQL and values: never repeated. */
const MOST_LETTERS = 200;

type Said = { name?: string; message?: string; code?: string; cause?: unknown };

/** For logs and admins: one line. */
export function sayFailure(error: unknown): string {
  const said = outsideOfQuery(error);
  if (said === undefined) return "A query failed";
  const { message, code, name } = said as Said;
  const [line = ""] = (message || code || name || String(said)).split("\n");
  return line.slice(0, MOST_LETTERS);
}

/** For customers: an error that no retry would cure is in our own words; what others say is not for them. */
export function sayToCustomer(error: unknown): string {
  const ours = error instanceof Error && error.name === "NonRetriableError";
  return ours ? sayFailure(error) : "Something went wrong on our side.";
}

/** By its text and not its class: what comes back from the job server has lost that. */
function outsideOfQuery(error: unknown): unknown {
  let at = error;
  while ((at as Said | undefined)?.message?.startsWith("Failed query:")) at = (at as Said).cause;
  return at ?? undefined;
}
