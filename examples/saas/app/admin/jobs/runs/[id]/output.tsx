import { readFailure } from "@/lib/inngest/runs.ts";

/** What came out: an error with its stack, or a value as JSON. */
export function Output({ value, isFailure }: { value: unknown; isFailure: boolean }) {
  const failure = isFailure ? readFailure(value) : undefined;
  if (!failure) {
    const isEmpty = value === undefined || value === null;
    return isEmpty ? <p>Nothing was returned.</p> : <Text>{JSON.stringify(value, null, 2)}</Text>;
  }
  return (
    <>
      <p className="wrap-anywhere whitespace-pre-wrap text-red-800 dark:text-red-300">
        {failure.name ? `${failure.name}: ` : ""}
        {failure.message}
      </p>
      {failure.stack && <Text>{failure.stack}</Text>}
    </>
  );
}

function Text({ children }: { children: string }) {
  return (
    <pre
      // What scrolls must be reachable by keyboard.
      tabIndex={0}
      className="mt-2 max-h-96 overflow-auto rounded-lg bg-slate-100 p-4 text-sm dark:bg-slate-800"
    >
      {children}
    </pre>
  );
}
