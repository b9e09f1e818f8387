/** An app tells its functions: one commit replaces them, or refuses the whole (semantics §8.3). */
import {
  type AppRow,
  type Change,
  type CronTrigger,
  checkCron,
  checkRestrictive,
  ExpressionError,
  type FunctionConfig,
  type FunctionRow,
  parseDuration,
  parseExpression,
  StepwellError,
} from "@stepwell/core";
import { appId, type Checks, functionId, type Registration } from "@stepwell/protocol";
import type { AppSlice } from "@stepwell/store";
import type { Context } from "./context.ts";
import type { SyncResult } from "./engine-port.ts";
import { releasedLanes } from "./released-lanes.ts";
import { cronWake } from "./tick.ts";
import { untilStored } from "./until-stored.ts";

/** What a sync needs the core for; handed to `protocol`, which stays free of the rules. */
export const syncChecks: Checks = {
  expression(source: string): string | null {
    try {
      const { roots } = parseExpression(source);
      return roots.every((root) => root === "event") ? null : "only `event` is known here";
    } catch (error) {
      if (error instanceof ExpressionError) return error.message;
      throw error;
    }
  },
  cancelExpression(source: string): string | null {
    try {
      const parsed = parseExpression(source);
      const unknown = parsed.roots.filter((root) => root !== "event" && root !== "async");
      if (unknown.length > 0) return "only `event` and `async` are known here";
      const offences = checkRestrictive(parsed);
      if (offences.length === 0) return null;
      return `it uses ${offences.join(", ")}; only logic, comparison, \`in\`, indexing, int(), uint() and double() are allowed here`;
    } catch (error) {
      if (error instanceof ExpressionError) return error.message;
      throw error;
    }
  },
  cron: checkCron,
  duration: parseDuration,
};

export async function sync(context: Context, registration: Registration): Promise<SyncResult> {
  const id = appId(registration.appName);
  const blocked = await blockedCells(context, registration);
  const result = await context.commit({ app: id }, (seen, moment) => {
    const known = seen.app.app;
    if (context.options.mode === "start" && known !== null) refuseMove(known, registration);
    const app: AppRow = {
      id,
      name: registration.appName,
      url: registration.url,
      sdk: registration.sdk,
      framework: registration.framework,
      platform: registration.platform,
      env: registration.env,
      appVersion: registration.appVersion,
      checksum: registration.checksum,
      syncedAt: moment.now,
      error: null,
    };
    const modified = known?.checksum !== registration.checksum;
    const write: Change[] =
      modified || known === null || known.url !== app.url || known.error !== null
        ? [{ put: "apps", row: app }]
        : [];
    if (modified) write.push(...functionRows(app, registration, seen.app, moment.now), ...blocked);
    return {
      write,
      reply: { ok: true as const, modified, appId: id, functions: registration.functions.length },
    };
  });
  // What is stored must be known here and told to the pool: another sync of the same would not do it.
  await untilStored(context, async () => {
    await context.registry.load(context.options.store.read);
    if (result.modified) await nudgeBlocked(context, registration);
  });
  if (result.modified)
    context.options.log({
      level: "info",
      event: "app.synced",
      message: `synced ${registration.appName}: ${registration.functions.length} functions`,
      app: registration.appName,
      url: registration.url,
    });
  return result;
}

/** A preview deploy must not take production's place (ADR 0010). */
function refuseMove(known: AppRow, registration: Registration): void {
  if (known.env === registration.env || known.url === registration.url) return;
  throw new StepwellError(
    "environment_conflict",
    `App "${registration.appName}" is known at ${known.url} (environment ${known.env ?? "none"}); a sync from environment ` +
      `${registration.env ?? "none"} would move it to ${registration.url}. One Stepwell is one environment: run a second one, or unset INNGEST_ENV.`,
  );
}

function functionRows(app: AppRow, registration: Registration, seen: AppSlice, now: number): Change[] {
  const before = new Map(seen.functions.map((fn) => [fn.id, fn]));
  const write: Change[] = [];
  for (const config of registration.functions) {
    const id = functionId(registration.appName, config.slug);
    const known = before.get(id);
    before.delete(id);
    const same =
      known !== undefined && !known.archived && JSON.stringify(known.config) === JSON.stringify(config);
    const version = (known?.version ?? 0) + (same ? 0 : 1);
    const fn: FunctionRow = {
      id,
      appId: app.id,
      slug: config.slug,
      version,
      config,
      archived: false,
      mode: known?.mode ?? "active",
    };
    if (!same) write.push({ put: "functions", row: fn });
    for (const trigger of cronTriggers(config)) {
      const wake = cronWake(fn, trigger, now);
      if (wake !== null) write.push({ insert: "wakes", row: wake, orIgnore: true });
    }
  }
  for (const gone of before.values())
    if (!gone.archived) write.push({ update: "functions", key: { id: gone.id }, set: { archived: true } });
  return write;
}

/** A raised limit gives room to lanes that are blocked on its cells: name them to the pool (I1). */
async function blockedCells(context: Context, registration: Registration): Promise<Change[]> {
  const write: Change[] = [];
  for (const config of registration.functions) {
    const known = context.registry.fn(functionId(registration.appName, config.slug));
    if (known === undefined || limitsText(known.config) === limitsText(config)) continue;
    write.push(...(await releasedLanes(context, known)));
  }
  return write;
}

function limitsText({ concurrency, throttle }: FunctionConfig): string {
  return JSON.stringify([concurrency, throttle ?? null]);
}

/** A claim between the commit and the registry's load went by the old limits, and may have used up the nudge (I1). */
async function nudgeBlocked(context: Context, registration: Registration): Promise<void> {
  for (const config of registration.functions) {
    const fn = context.registry.fn(functionId(registration.appName, config.slug));
    const write = fn === undefined ? [] : await releasedLanes(context, fn);
    if (write.length > 0) await context.commit({}, () => ({ write, reply: null }));
  }
}

function cronTriggers(config: FunctionConfig): CronTrigger[] {
  return config.triggers.filter((trigger) => "cron" in trigger);
}
