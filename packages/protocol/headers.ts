/** Header names of the wire (wire.md §1), and the facts that headers alone tell. */
import { StepwellError } from "@stepwell/core";

/** Headers of a request or an answer; names are lower-case. */
export type HeaderMap = Readonly<Record<string, string | undefined>>;

/** What an app must think it talks to: `dev` for `stepwell dev`, `cloud` for `stepwell start`. */
export type ServerKind = "dev" | "cloud";

export const header = {
  signature: "x-inngest-signature",
  serverKind: "x-inngest-server-kind",
  expectedServerKind: "x-inngest-expected-server-kind",
  syncKind: "x-inngest-sync-kind",
  requestVersion: "x-inngest-req-version",
  requestId: "x-request-id",
  generationId: "x-inngest-generation-id",
  jobId: "x-inngest-job-id",
  sdk: "x-inngest-sdk",
  sdkHandled: "x-inngest-sdk-handled",
  noRetry: "x-inngest-no-retry",
  retryAfter: "retry-after",
  framework: "x-inngest-framework",
  platform: "x-inngest-platform",
  env: "x-inngest-env",
  eventIdSeed: "x-inngest-event-id-seed",
  /** Ours: how far the clock of a dev server is ahead of the machine's; read by `stepwell/clock`. */
  clockOffset: "x-stepwell-clock-offset-ms",
} as const;

/** True when an SDK made the answer: the mark of an app (wire.md §1.2, semantics §2.3). */
export function isAppAnswer(headers: HeaderMap): boolean {
  return headers[header.sdk] !== undefined || headers[header.sdkHandled] !== undefined;
}

/** Request version an answer was made with; null: not told (wire.md §4.5). */
export function requestVersionOf(headers: HeaderMap): 1 | 2 | null {
  const text = headers[header.requestVersion]?.trim();
  if (text === "1") return 1;
  return text === "2" ? 2 : null;
}

/** How the app answered a sync request: with its functions, or by registering itself (wire.md §3.2). */
export function syncKindOf(headers: HeaderMap): "in_band" | "out_of_band" | null {
  const kind = headers[header.syncKind];
  return kind === "in_band" || kind === "out_of_band" ? kind : null;
}

/**
 * Refuses a sync of an app that expects another kind of server (wire.md §1.2, semantics §8.3).
 * @throws StepwellError `server_kind_mismatch`
 */
export function checkServerKind(headers: HeaderMap, own: ServerKind): void {
  const expected = headers[header.expectedServerKind];
  if (expected === undefined || expected === "" || expected === own) return;
  const cure = own === "dev" ? "Set INNGEST_DEV=1 for the app." : "Set INNGEST_DEV=0 for the app.";
  throw new StepwellError(
    "server_kind_mismatch",
    `The app expects a "${expected}" server, and this is a "${own}" server. ${cure}`,
  );
}
