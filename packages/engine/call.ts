/** One lease → one request to the app → one settle. No transaction is open while the app works. */
import {
  type Answer,
  type Json,
  type LeaseRow,
  missedDeadline,
  type RunRow,
  type RunState,
  type WireEvent,
} from "@stepwell/core";
import { readAnswer, writeCall } from "@stepwell/protocol";
import { type CallContext, StoreError } from "@stepwell/store";
import { isMovable } from "./clock.ts";
import type { Context } from "./context.ts";
import type { CallFailure, CallResponse } from "./engine-port.ts";
import { beginRun, cancelRun, type Settled, settle } from "./settle.ts";
import { untilStored } from "./until-stored.ts";
import { asWire } from "./wire-events.ts";

/** Beyond the 8 MiB that a response may have, the rest is not even read (semantics §2.3). */
const MAX_RESPONSE_BYTES = 8 * 1024 * 1024;

/** Makes the call that a lease stands for and settles what came of it. */
export async function call(context: Context, lease: LeaseRow): Promise<void> {
  const { read } = context.options.store;
  const found = await untilStored(context, () => read.callContext(lease.runId));
  if (context.hasLeft()) return;
  const fn = found === null ? undefined : context.registry.fn(found.run.functionId);
  if (found === null || found.state === null || fn === undefined) {
    // The run has ended meanwhile: settling finds that and only frees the lease.
    await untilStored(context, () => settle(context, lease, [], missing()));
    return;
  }
  const missed = missedDeadline(found.run, fn.config.timeouts ?? {}, context.now());
  if (missed !== null) {
    await untilStored(context, () => cancelRun(context, lease.runId, missed.cause));
    await untilStored(context, () => settle(context, lease, [], missing()));
    return;
  }
  const events = found.events.map(asWire);
  const began = found.run.status === "queued" ? begin(context, lease.runId) : Promise.resolve();
  const [response] = await Promise.all([request(context, lease, found, events), began]);
  if ("failure" in response && context.hasLeft()) return;
  const answer = "failure" in response ? failed(response) : readResponse(context, response);
  const settled = await untilStored(context, () => settle(context, lease, events, answer));
  if (settled !== null) report(context, found.run, lease, answer, settled);
}

/** That a run has begun is shown early; when the store refuses, its first answer says so again. */
async function begin(context: Context, runId: string): Promise<void> {
  try {
    await beginRun(context, runId);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
  }
}

function request(
  context: Context,
  lease: LeaseRow,
  found: CallContext,
  events: WireEvent[],
): Promise<CallResponse | CallFailure> {
  const { options, registry } = context;
  const fn = registry.fn(found.run.functionId);
  const { state } = found;
  if (fn === undefined || state === null) throw new Error("a call needs a function and a live run");
  const requestId = options.chance.id(context.now());
  const written = writeCall({
    run: found.run,
    state,
    events,
    steps: [
      ...found.steps.map(({ row, result }) => ({ id: row.id, result })),
      ...replacedInput(lease, state),
    ],
    call: lease.call,
    config: fn.config,
    functionId: fn.id,
    // Open ops: the app must list, not run, what it finds (wire.md §6.3, rule 1).
    die: lease.call.target === null && (state.plan || Object.keys(state.open).length > 0),
    requestId,
    jobId: lease.id,
    signingKey: options.signingKey,
    serverKind: options.mode === "dev" ? "dev" : "cloud",
    unixSeconds: Math.floor(context.now() / 1000),
    clockOffsetMs: isMovable(options.clock) ? options.clock.movedMs() : 0,
  });
  return options.transport.send(written, {
    timeoutMs: options.requestTimeoutMs,
    maxBytes: MAX_RESPONSE_BYTES,
  });
}

/** Arguments that replace those of the step that is called (wire.md §4.7). */
function replacedInput(lease: LeaseRow, state: RunState): { id: string; result: Json }[] {
  const { target } = lease.call;
  const input = target === null ? undefined : state.open[target]?.input;
  return target === null || input === undefined ? [] : [{ id: target, result: { type: "input", input } }];
}

function readResponse(context: Context, response: CallResponse): Answer {
  const { signingKey } = context.options;
  return readAnswer({
    status: response.status,
    headers: response.headers,
    body: response.body,
    now: context.now(),
    signingKeys: signingKey === null ? [] : [signingKey],
  });
}

const failureNames: Record<CallFailure["failure"], string> = {
  network: "AppUnreachable",
  timeout: "RequestTimeout",
  too_large: "output_too_large",
  forbidden: "AddressForbidden",
};

function failed(response: CallFailure): Answer {
  const error = { name: failureNames[response.failure], message: response.message };
  return { is: "broke", error, retry: { is: "default" }, requestVersion: null };
}

function missing(): Answer {
  return { is: "planned", ops: [], retry: { is: "default" }, requestVersion: null, unknownOps: [] };
}

/** Settles a call that a bug of ours has cut short: as a failed attempt, with the bug as its error. */
export async function giveUp(context: Context, lease: LeaseRow, error: unknown): Promise<void> {
  const { read } = context.options.store;
  const message = `Stepwell has a bug: ${error instanceof Error ? error.message : String(error)}`;
  const answer: Answer = {
    is: "broke",
    error: { name: "StepwellInternalError", message },
    retry: { is: "default" },
    requestVersion: null,
  };
  await untilStored(context, async () => {
    const found = await read.callContext(lease.runId);
    return settle(context, lease, (found?.events ?? []).map(asWire), answer);
  });
}

function report(context: Context, run: RunRow, lease: LeaseRow, answer: Answer, settled: Settled): void {
  const { log } = context.options;
  const slug = context.registry.fn(run.functionId)?.config.slug ?? run.functionId;
  const about = { runId: run.id, function: slug, attempt: lease.call.attempt };
  if (answer.is === "planned" && answer.unknownOps.length > 0)
    log({
      level: "warn",
      event: "op.unknown",
      message: `skipped ops: ${answer.unknownOps.join(", ")}`,
      ...about,
    });
  if (answer.is === "broke" && settled !== "stale")
    log({
      level: "warn",
      event: "request.failed",
      message: `${answer.error.name}: ${firstLine(answer.error.message)}`,
      ...about,
    });
  if (answer.is === "planned")
    for (const op of answer.ops)
      if (op.op === "StepError" || op.op === "StepFailed")
        log({
          level: "warn",
          event: "step.failed",
          message: `${op.error.name}: ${firstLine(op.error.message)}`,
          step: op.displayName,
          ...about,
        });
  if (settled === "completed" || settled === "failed" || settled === "cancelled") {
    const event = settled === "failed" ? "run.failed" : "run.ended";
    const durationMs = context.now() - run.queuedAt;
    log({
      level: settled === "failed" ? "error" : "info",
      event,
      message: `run ${settled}`,
      status: settled,
      durationMs,
      ...about,
    });
  }
  if (settled === "stale")
    log({
      level: "warn",
      event: "call.stale",
      message: "the answer came on a lost lease and was dropped",
      ...about,
    });
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0]?.slice(0, 300) ?? "";
}
