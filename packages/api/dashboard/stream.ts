/** What the live stream (`GET /stream`, server-sent events) tells: what changed, never its content. */

/** `event: change`; its id resumes the stream by `Last-Event-ID`. At most four a second. */
export interface StreamChange {
  /** Runs that changed, at most 200; more: `manyRuns`. */
  runs: string[];
  manyRuns: boolean;
  /** Events that came in. */
  events: number;
  /** Functions or apps were synced, paused or resumed. */
  functions: boolean;
  /** Bulk jobs that went on. */
  bulk: string[];
}
/** `event: hello`, first on each stream; `event: reset`: changes were lost, fetch everything again. */
export interface StreamHello {
  now: string;
}
