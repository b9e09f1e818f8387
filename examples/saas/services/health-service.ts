/** Whether what the app stands on answers: asked for real, each within a time limit, all at once. */
import { sayFailure } from "@/lib/failure.ts";

export const checkedServices = ["database", "redis", "stripe"] as const;

export type CheckedService = (typeof checkedServices)[number];
export type CheckResult = "ok" | "failed" | "not configured";

/** Plain JSON, so that it can be a step's result. */
export type Findings = {
  /** An ISO instant. */
  at: string;
  checks: Record<CheckedService, CheckResult>;
  /** Of those that failed; in the words of the service, without secrets. */
  reasons: Partial<Record<CheckedService, string>>;
};

export interface HealthService {
  /** Never fails: a check that fails is an answer. */
  check(now: Date): Promise<Findings>;
  /** As of the last second: however many ask, the services are asked once a second. */
  checkRecently(): Promise<Findings>;
}

/** Fails when the service does. It is told how long it has, so that it can let go in time. */
export type Check = (timeLimitMs: number) => Promise<unknown>;

type Settings = {
  /** Undefined: that service is not configured. */
  checks: Record<CheckedService, Check | undefined>;
  timeLimitMs?: number;
};

const RECENT_MS = 1_000;

export function createHealthService({ checks, timeLimitMs = 2_000 }: Settings): HealthService {
  let recent: { until: number; findings: Promise<Findings> } | undefined;

  async function check(now: Date): Promise<Findings> {
    const findings: Findings = {
      at: now.toISOString(),
      checks: { database: "not configured", redis: "not configured", stripe: "not configured" },
      reasons: {},
    };
    await Promise.all(
      checkedServices.map(async (service) => {
        const ask = checks[service];
        if (!ask) return;
        try {
          await withTimeLimit(ask, timeLimitMs);
          findings.checks[service] = "ok";
        } catch (error) {
          findings.checks[service] = "failed";
          findings.reasons[service] = sayReason(error);
        }
      }),
    );
    return findings;
  }

  return {
    check,
    checkRecently() {
      // The machine's clock, because this is for who asks now and not for a run.
      const at = performance.now();
      if (!recent || recent.until <= at) recent = { until: at + RECENT_MS, findings: check(new Date()) };
      return recent.findings;
    },
  };
}

async function withTimeLimit(ask: Check, timeLimitMs: number): Promise<void> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new Error(`No answer within ${timeLimitMs / 1_000} s`)),
    timeLimitMs,
  );
  try {
    await Promise.race([ask(timeLimitMs), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** The innermost error's first line: what is around it only says which query or call it was. */
function sayReason(error: unknown): string {
  let innermost = error;
  while (innermost instanceof Error && innermost.cause instanceof Error) innermost = innermost.cause;
  return sayFailure(innermost);
}
