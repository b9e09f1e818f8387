"use client";

/**
 * Starts a job by hand. Without JavaScript it is a plain form. With it the card stays: the button
 * waits until the new run is seen, and what happened is said aloud.
 */
import { useRouter } from "next/navigation";
import { type FormEvent, useEffect, useId, useState } from "react";

/** After this long without a new run the button can be pressed again. */
const PATIENCE_MS = 15_000;

type Props = {
  jobId: string;
  jobName: string;
  /** Of the page view: however often the form is posted with it, there is one run. */
  pageKey: string;
  /** The newest run, to see when another one is there, and its status in a word. */
  lastRunId: string | undefined;
  statusWord: string;
  isRunning: boolean;
  /** Why the last try failed, where the page was loaded anew to say so. */
  failure?: string | undefined;
};

export function RunNow({ jobId, jobName, pageKey, lastRunId, statusWord, isRunning, failure }: Props) {
  const router = useRouter();
  const noteId = useId();
  const [error, setError] = useState(failure);
  /** A try that failed may have arrived all the same: trying again keeps its key. */
  const [keptKey, setKeptKey] = useState<string>();
  const [pressed, setPressed] = useState<{ lastRunId: string | undefined; gaveUp: boolean }>();
  const isStarting = pressed !== undefined && !pressed.gaveUp && pressed.lastRunId === lastRunId;
  const key = keptKey ?? pageKey;
  const action = `/api/admin/jobs/${jobId}/trigger`;

  useEffect(() => {
    if (!isStarting) return;
    const timer = setTimeout(() => setPressed((now) => now && { ...now, gaveUp: true }), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [isStarting]);

  async function start(event: FormEvent) {
    event.preventDefault();
    if (isStarting) return;
    setError(undefined);
    setPressed({ lastRunId, gaveUp: false });
    const problem = await post(action, key);
    setError(problem);
    setKeptKey(problem && key);
    if (problem) setPressed(undefined);
    else router.refresh();
  }

  return (
    <form method="post" action={action} onSubmit={start} className="grid gap-2">
      <input type="hidden" name="key" value={key} autoComplete="off" />
      {error && (
        <p role="alert" className="text-sm text-red-800 dark:text-red-300">
          {error}
        </p>
      )}
      <button
        type="submit"
        data-testid="run-now"
        aria-disabled={isStarting}
        aria-describedby={isRunning ? noteId : undefined}
        className="h-11 rounded-lg bg-brand-700 px-4 text-sm font-semibold text-white hover:bg-brand-800 aria-disabled:cursor-progress aria-disabled:opacity-75 sm:justify-self-start"
      >
        {isStarting ? "Starting…" : error ? "Try again" : "Run now"}
        <span className="sr-only"> {jobName}</span>
      </button>
      {isRunning && (
        <p id={noteId} className="text-sm text-slate-600 dark:text-slate-400">
          It is running already: this starts another run.
        </p>
      )}
      <p role="status" className="sr-only">
        {pressed && sayProgress(pressed.gaveUp && pressed.lastRunId === lastRunId)}
      </p>
    </form>
  );

  function sayProgress(isLate: boolean): string {
    if (isStarting) return `Starting ${jobName}`;
    return isLate ? `${jobName} was sent, but no new run is there yet` : `${jobName}: ${statusWord}`;
  }
}

/** What went wrong, or undefined. */
async function post(action: string, key: string): Promise<string | undefined> {
  try {
    const headers = { Accept: "application/json" };
    const response = await fetch(action, { method: "POST", headers, body: new URLSearchParams({ key }) });
    if (response.ok) return undefined;
    if (response.status === 403) return "You are not signed in as an admin any more. Sign in again.";
    const { error } = (await response.json()) as { error?: string };
    return error ?? `The app answered with status ${response.status}`;
  } catch {
    return "The app does not answer. Is your network up?";
  }
}
