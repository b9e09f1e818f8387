/**
 * On a store whose commits overlap, a wait and an event can miss each other: the event looked for waits before
 * this one could be seen, and the wait was written without knowing the event (hard-parts.md §3, ADR 0024). So
 * whoever has opened waits looks once more, for events of those names with higher numbers that came meanwhile.
 * A look that a crash has cut off is taken at the next start.
 */
import type { Change, Instant, NewRow, WaitRow } from "@stepwell/core";
import type { EventFilter, StoredEvent } from "@stepwell/store";
import type { Context } from "./context.ts";
import { endAmong, endWaits } from "./route.ts";
import { untilStored } from "./until-stored.ts";

/**
 * So long before a wait an event may say it was received and have a higher number all the same: both numbers are
 * taken after the decisions, and no transaction of the store may stand still for longer.
 */
const SLACK_MS = 30_000;
const EVENT_PAGE = 100;
/** The last sign of an id is one of so many: no more of them share the rest. */
const NEIGHBOURS = 32;

type OpenedWait = NewRow<"waits">;

/** The same context, whose commits look once more where the store needs that. */
export function withSecondLook(context: Context): Context {
  if (context.options.store.overlaps !== true) return context;
  const looking: Context = {
    ...context,
    async commit(ask, decide) {
      let opened: OpenedWait[] = [];
      const reply = await context.commit(ask, (seen, moment) => {
        const decision = decide(seen, moment);
        opened = decision.write.flatMap(openedBy);
        return decision;
      });
      if (opened.length > 0) await untilStored(looking, () => lookFor(looking, opened));
      return reply;
    },
  };
  return looking;
}

function openedBy(change: Change): OpenedWait[] {
  return "insert" in change && change.insert === "waits" && change.row.kind !== "signal" ? [change.row] : [];
}

async function lookFor(context: Context, opened: readonly OpenedWait[]): Promise<void> {
  const found = await Promise.all(opened.map((wait) => asStored(context, wait)));
  const waits = found.filter((wait) => wait !== null);
  for (const [name, ofName] of Map.groupBy(waits, (wait) => wait.name)) {
    const least = (of: (wait: WaitRow) => number): number => Math.min(...ofName.map(of));
    const since = least(({ openedAt }) => openedAt) - SLACK_MS;
    const filter = { name, receivedAfter: since, afterSeq: least(({ seq }) => seq) };
    await forEach(context, filter, (event) => endAmong(context, ofName, event));
  }
}

/** With the number that the store gave it; null: it has ended meanwhile. */
async function asStored(context: Context, { id, name, anchor, runId }: OpenedWait): Promise<WaitRow | null> {
  const near = { name, anchors: [anchor], after: id.slice(0, -1), limit: NEIGHBOURS };
  const rows = await context.options.store.read.waits(near);
  return rows.find((row) => row.id === id && row.runId === runId) ?? null;
}

/**
 * Before the loops begin: every wait that was opened right before the end of the last process, and whose look it
 * may not have taken, meets the events of that time again. To be found twice does nothing.
 * @param until the store's time when it was opened
 */
export async function lookAtStart(context: Context, until: Instant): Promise<void> {
  const { store } = context.options;
  if (store.overlaps !== true) return;
  const awaited = new Map<string, boolean>();
  await forEach(context, { receivedAfter: until - 2 * SLACK_MS }, async (event) => {
    const { name } = event.row;
    if (!awaited.has(name)) awaited.set(name, (await store.read.waitPaths(name)).length > 0);
    if (awaited.get(name)) await endWaits(context, event);
  });
}

async function forEach(
  context: Context,
  filter: Omit<EventFilter, "limit">,
  look: (event: StoredEvent) => Promise<unknown>,
): Promise<void> {
  for (let cursor: string | undefined; ; ) {
    const on = cursor === undefined ? {} : { cursor };
    const asked = { ...filter, ...on, includeInternal: true, limit: EVENT_PAGE };
    const page = await context.options.store.read.events(asked);
    for (const event of page.rows) await look(event);
    if (page.cursor === null) return;
    cursor = page.cursor;
  }
}
