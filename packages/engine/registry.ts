/** The apps and functions of the last sync, in memory: the store's rows, read once and after each sync. */
import {
  type AppRow,
  type CellKey,
  cellLimit,
  type FunctionConfig,
  type FunctionId,
  type FunctionRow,
  isShared,
  isThrottle,
  isTrue,
  type Json,
  type JsonObject,
  keyText,
  type Limits,
  matchesName,
  matchTrigger,
  ownerOf,
  paceOfCell,
  parseExpression,
  type WireEvent,
} from "@stepwell/core";
import type { Reads } from "@stepwell/store";

export interface Registry {
  load(read: Reads): Promise<void>;
  fn(id: string): FunctionRow | undefined;
  app(id: string): AppRow | undefined;
  /** Active functions that an event starts, each once (semantics §3.3). */
  matching(event: WireEvent, now: number): FunctionRow[];
  /** Active functions with a trigger of this event name, whatever its `if` is. */
  listeners(eventName: string): FunctionRow[];
  /** Does an active function listen to this name? */
  listened(eventName: string): boolean;
  /** The active function of this slug or id; null: nothing can be invoked by it. */
  invocable(slugOrId: string): string | null;
  /** The function of this slug or id; one that has left its app only when no active one has the name. */
  named(slugOrId: string): FunctionRow | null;
  /** What a claim goes by. */
  readonly limits: Limits;
  /** At most so many wakes of a function can be granted by this cell: how far a store looks ahead. */
  ahead(cell: CellKey, functionId: FunctionId): number;
}

export function createRegistry(): Registry {
  let apps = new Map<string, AppRow>();
  let functions = new Map<string, FunctionRow>();
  let active: FunctionRow[] = [];
  const configOf = (id: string): FunctionConfig | undefined => functions.get(id)?.config;
  return {
    async load(read) {
      apps = new Map((await read.apps()).map((app) => [app.id, app]));
      functions = new Map((await read.functions()).map((fn) => [fn.id, fn]));
      active = [...functions.values()].filter((fn) => !fn.archived);
    },
    fn: (id) => functions.get(id),
    app: (id) => apps.get(id),
    matching: (event, now) =>
      active.filter(
        (fn) => matchTrigger(fn.config.triggers, event, (source) => holds(source, event, now)) !== null,
      ),
    listeners: (name) => active.filter((fn) => listensTo(fn, name)),
    listened: (name) => active.some((fn) => listensTo(fn, name)),
    invocable: (slugOrId) => active.find((fn) => fn.id === slugOrId || fn.slug === slugOrId)?.id ?? null,
    named: (slugOrId) => {
      const isIt = ({ id, slug }: FunctionRow): boolean => id === slugOrId || slug === slugOrId;
      return active.find(isIt) ?? [...functions.values()].find(isIt) ?? null;
    },
    limits: {
      of: (cell, functionId) => cellLimit(cell, functionId, configOf),
      pace: (cell) => paceOfCell(cell, configOf),
      isPaused: (functionId) => functions.get(functionId)?.mode === "paused",
    },
    ahead(cell, functionId) {
      // Of a cell that several functions share, each has its own number.
      if (isShared(cell)) return cellLimit(cell, functionId, configOf);
      return isThrottle(cell) || cell.startsWith("paused:")
        ? Number.POSITIVE_INFINITY
        : cellLimit(cell, ownerOf(cell), configOf);
    },
  };
}

/** A concurrency key over an event (semantics §4.1). */
export function keyOver(event: WireEvent, now: number): (expression: string) => string {
  return (expression) => keyText(parseExpression(expression), asJson(event), { now });
}

function holds(source: string, event: WireEvent, now: number): boolean {
  return isTrue(parseExpression(source), { event: asJson(event) }, { now });
}

function listensTo({ config }: FunctionRow, eventName: string): boolean {
  return config.triggers.some((trigger) => "event" in trigger && matchesName(trigger.event, eventName));
}

function asJson(event: WireEvent): Json {
  return event as unknown as JsonObject;
}
