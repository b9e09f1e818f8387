/**
 * How a server is told to stop. The first signal asks for a graceful stop, the second ends it at once.
 * npm and a thin parent pass signals on that the terminal has sent already, so that copies within a
 * second count as one. A parent that is gone without a word (kill -9) stops the server, too.
 */

const ONE_SIGNAL_MS = 1_000;

export interface StopSignals {
  /** Resolves with the name of what asked for the stop. */
  first: Promise<string>;
  /** Resolves when the stop shall not take longer. */
  second: Promise<void>;
}

export function listenForStop(): StopSignals {
  let firstAt: number | null = null;
  const first = Promise.withResolvers<string>();
  const second = Promise.withResolvers<void>();
  const heard = (what: string): void => {
    const now = performance.now();
    if (firstAt === null) {
      firstAt = now;
      first.resolve(what);
    } else if (now - firstAt > ONE_SIGNAL_MS) second.resolve();
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => heard(signal));
  if (process.env.STEPWELL_WRAPPED === "1" && process.channel !== undefined) {
    process.channel?.unref();
    process.on("disconnect", () => heard("end of the parent process"));
  }
  return { first: first.promise, second: second.promise };
}
