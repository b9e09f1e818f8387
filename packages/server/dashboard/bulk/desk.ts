/**
 * What bulk actions keep in memory, for each engine of the process: previews that wait for their confirmation,
 * and the runner that is told of new work. Neither is needed for what has begun: that is in the store.
 */
import { createHash, randomBytes } from "node:crypto";
import type { BulkAction } from "@stepwell/api/dashboard";
import type { BulkJobRow, Instant, RunId } from "@stepwell/core";
import type { Engine } from "@stepwell/engine";
import type { Caller } from "../call.ts";

const KEPT_MS = 10 * 60_000;
/** At most 10,000 ids each, some 25 MB in all. */
const MOST_PREVIEWS = 50;

/** The frozen list: a job is never wider than what was seen. */
export interface Frozen {
  action: BulkAction;
  /** The filter; null: chosen runs. */
  q: string | null;
  runIds: RunId[];
  /** There were more runs than a job may have. */
  capped: boolean;
}

export interface Preview extends Frozen {
  owner: string;
  until: Instant;
  /** The id of its only job; null: it was never confirmed. */
  jobId: string | null;
  /** Once it is confirmed: the job that a repeated confirmation is answered with. */
  job: Promise<BulkJobRow> | null;
}

export interface Desk {
  /** @returns the token, which is kept as a hash only */
  keep(frozen: Frozen, caller: Caller, now: Instant): string;
  /** Null: not known, over, or another caller's; which of them is nobody's business. */
  find(token: string, caller: Caller, now: Instant): Preview | null;
  /** Tells the runner that a job has work. */
  nudge(jobId: string): void;
  /** Returns the unsubscribe. */
  onNudge(listen: (jobId: string) => void): () => void;
}

const desks = new WeakMap<Engine, Desk>();

export function deskOf(engine: Engine): Desk {
  const desk = desks.get(engine) ?? createDesk();
  desks.set(engine, desk);
  return desk;
}

function createDesk(): Desk {
  const previews = new Map<string, Preview>();
  const listeners = new Set<(jobId: string) => void>();
  const forget = (now: Instant): void => {
    for (const [hash, { until }] of previews) if (until <= now) previews.delete(hash);
  };
  return {
    keep(frozen, caller, now) {
      forget(now);
      const token = randomBytes(32).toString("base64url");
      previews.set(hashOf(token), {
        ...frozen,
        owner: ownerOf(caller),
        until: now + KEPT_MS,
        jobId: null,
        job: null,
      });
      for (const oldest of previews.keys()) {
        if (previews.size <= MOST_PREVIEWS) break;
        previews.delete(oldest);
      }
      return token;
    },
    find(token, caller, now) {
      forget(now);
      const preview = previews.get(hashOf(token));
      return preview?.owner === ownerOf(caller) ? preview : null;
    },
    nudge(jobId) {
      for (const listen of listeners) listen(jobId);
    },
    onNudge(listen) {
      listeners.add(listen);
      return () => listeners.delete(listen);
    },
  };
}

function hashOf(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

function ownerOf({ kind, id }: Caller): string {
  return `${kind} ${id}`;
}
