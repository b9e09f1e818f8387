/** An error as a run's failure or a step's output carries it, as far as it can be read: name, message, stack, causes. */
export interface Failure {
  name: string;
  message: string;
  stack: string | null;
  cause: Failure | null;
}

/** A chain that is longer, or turns on itself, ends here. */
const MOST_CAUSES = 10;

/** @param error any JSON value. */
export function readFailure(error: unknown, depth = 0): Failure {
  if (typeof error !== "object" || error === null || Array.isArray(error)) {
    const message = typeof error === "string" ? error : (JSON.stringify(error) ?? "");
    return { name: "Error", message, stack: null, cause: null };
  }
  const { name, message, stack, cause } = error as Record<string, unknown>;
  return {
    name: typeof name === "string" && name !== "" ? name : "Error",
    message:
      typeof message === "string"
        ? message
        : typeof error === "object" && message === undefined
          ? ""
          : JSON.stringify(message),
    stack: typeof stack === "string" && stack !== "" ? stack : null,
    cause:
      cause === undefined || cause === null || depth >= MOST_CAUSES ? null : readFailure(cause, depth + 1),
  };
}

/** The error of a span's output; null: it has none. */
export function failureOfOutput(output: unknown): Failure | null {
  if (typeof output !== "object" || output === null || !("error" in output)) return null;
  return readFailure(output.error);
}

/** What a span's output holds when it went well; undefined: nothing. */
export function dataOfOutput(output: unknown): unknown {
  return typeof output === "object" && output !== null && "data" in output ? output.data : undefined;
}
