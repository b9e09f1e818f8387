/** Runs and steps as a test looks at them: plain values, taken when the world was last settled. */
import type {
  ErrorJson,
  EventBody,
  HistoryRow,
  Json,
  JsonObject,
  OpenOp,
  RunId,
  RunRow,
  RunStatus,
  StepRow,
} from "@stepwell/core";
import type { Reads, StoredEvent } from "@stepwell/store";

/**
 * What a step is at when the world was last settled. `planned`: its call is queued, at work, or held by a limit
 * (`world.why` tells which); `cancelled`: its run ended before it did.
 */
export type StepStatus =
  | "planned"
  | "retrying"
  | "sleeping"
  | "waiting"
  | "invoking"
  | "fetching"
  | "completed"
  | "failed"
  | "cancelled";

/** A step of a run, as of the last settling. */
export interface TestStep {
  /** As the code names it; `id:1` for the second use of an id. */
  readonly id: string;
  readonly status: StepStatus;
  /** What the step gave to the code; null until then. */
  readonly result: Json;
  /** Why it failed, at last or so far. */
  readonly error: ErrorJson | null;
  /** Tries that were made. */
  readonly attempts: number;
}
/** An event as functions see it. */
export interface TestEvent {
  /** Its own `id` where the sender gave one, else the server's. */
  readonly id: string;
  readonly name: string;
  readonly data: JsonObject;
  /** Epoch milliseconds. */
  readonly ts: number;
}
/** A run, as of the last settling; a plain value that does not change later. */
export interface TestRun {
  readonly id: string;
  /** Id of the function, without the app's; an `onFailure` handler is `<id>-failure`. */
  readonly functionId: string;
  readonly status: RunStatus;
  /** What the function returned; null until then. */
  readonly output: Json;
  /** Why the run failed. */
  readonly error: ErrorJson | null;
  /** Why it was skipped: `Singleton`, `FunctionPaused` or `FunctionDrained`; null when it was not. */
  readonly reason: string | null;
  /** What started it, and all of a batch. */
  readonly event: TestEvent;
  readonly events: readonly TestEvent[];
  /** By id, in the order in which they began. */
  readonly steps: Readonly<Record<string, TestStep>>;
  readonly queuedAt: Date;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
}

/** Reads one run; null: there is none of this id. @param functionId cuts the app's id off a function's row */
export async function viewRun(
  read: Reads,
  id: RunId,
  functionId: (run: RunRow) => string,
): Promise<{ seq: number; view: TestRun } | null> {
  const [found, output, history] = await Promise.all([
    read.callContext(id),
    read.output(id),
    read.history(id),
  ]);
  if (found === null) return null;
  const { run, state, events, steps } = found;
  const stored = new Map(steps.map((step) => [step.row.id, step]));
  const seen = new Map<string, TestStep>();
  const open = state?.open ?? {};
  for (const hash of new Set([...history.map((row) => row.step), ...stored.keys(), ...Object.keys(open)])) {
    if (hash === null) continue;
    const facts = {
      rows: history.filter((row) => row.step === hash),
      stored: stored.get(hash),
      open: open[hash],
    };
    const step = viewStep(facts, run.status);
    if (step !== null) seen.set(step.id, step);
  }
  const { data, error } = parts(output);
  const views = events.map(viewEvent);
  const view: TestRun = {
    id,
    functionId: functionId(run),
    status: run.status,
    output: data,
    error,
    reason: (history.find(({ kind }) => kind === "run.skipped")?.data["reason"] ?? null) as string | null,
    event: views[0] as TestEvent,
    events: views,
    steps: Object.fromEntries(seen),
    queuedAt: new Date(run.queuedAt),
    startedAt: run.startedAt === null ? null : new Date(run.startedAt),
    endedAt: run.endedAt === null ? null : new Date(run.endedAt),
  };
  return { seq: run.seq, view };
}

/** An event as user code sees it. */
export function viewEvent({ row, body }: StoredEvent): TestEvent {
  return { id: row.externalId, name: row.name, data: (body as unknown as EventBody).data, ts: row.ts };
}

interface Facts {
  rows: HistoryRow[];
  stored: { row: StepRow; result: Json } | undefined;
  open: OpenOp | undefined;
}

const waitingAs: Partial<Record<HistoryRow["kind"], StepStatus>> = {
  "step.planned": "planned",
  "step.retrying": "retrying",
  "step.sleeping": "sleeping",
  "step.waiting": "waiting",
  "step.invoking": "invoking",
  "step.fetching": "fetching",
};

function viewStep({ rows, stored, open }: Facts, run: RunStatus): TestStep | null {
  const id = idOf(rows, stored?.row, open);
  const retries = rows.filter(({ kind }) => kind === "step.retrying");
  if (stored !== undefined) {
    const { data, error } = parts(stored.result);
    return { id, status: stored.row.status, result: data, error, attempts: stored.row.attempts };
  }
  const last = rows.findLast(({ kind }) => waitingAs[kind] !== undefined);
  if (last === undefined) return null;
  const over = run !== "queued" && run !== "running";
  const failed = retries.at(-1)?.data["error"] as ErrorJson | undefined;
  return {
    id,
    status: over ? "cancelled" : (waitingAs[last.kind] ?? "planned"),
    result: null,
    error: failed ?? null,
    attempts: retries.length,
  };
}

function idOf(rows: HistoryRow[], stored: StepRow | undefined, open: OpenOp | undefined): string {
  const userland =
    stored?.userlandId != null ? { id: stored.userlandId, index: stored.userlandIndex ?? 0 } : open?.userland;
  if (userland) return userland.index ? `${userland.id}:${userland.index}` : userland.id;
  const name = rows.map(({ data }) => data["name"]).find((text) => typeof text === "string");
  return stored?.name ?? open?.displayName ?? name ?? rows[0]?.step ?? "";
}

/** A result or output as stored: `{data}`, `{error}`, nothing, or a bare value. */
function parts(stored: Json): { data: Json; error: ErrorJson | null } {
  if (stored === null || typeof stored !== "object" || Array.isArray(stored))
    return { data: stored, error: null };
  const { error } = stored;
  if (error !== null && typeof error === "object") return { data: null, error: error as ErrorJson };
  return "data" in stored ? { data: stored["data"] ?? null, error: null } : { data: stored, error: null };
}
