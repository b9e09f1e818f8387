/** The apps and functions of the last sync, in memory: the store's rows, read once and after each sync. */
import {
  type AppRow,
  type CellKey,
  cellLimit,
  type EventTrigger,
  type FunctionConfig,
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
  /** Does an active function listen to this name? */
  listened(eventName: string): boolean;
  /** The active function of this slug or id; null: nothing can be invoked by it. */
  invocable(slugOrId: string): string | null;
  /** What a claim goes by. */
  readonly limits: Limits;
  /** At most so many of a lane's wakes can be granted by this cell: how far a store looks ahead. */
  ahead(cell: CellKey): number;
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
    listened: (name) =>
      active.some((fn) => eventTriggers(fn.config).some((trigger) => matchesName(trigger.event, name))),
    invocable: (slugOrId) => active.find((fn) => fn.id === slugOrId || fn.slug === slugOrId)?.id ?? null,
    limits: {
      of: (cell, functionId) => cellLimit(cell, functionId, configOf),
      pace: (cell) => paceOfCell(cell, configOf),
      isPaused: (functionId) => functions.get(functionId)?.mode === "paused",
    },
    // Of a cell that several functions share, each has its own number: the store looks as far as a claim wants.
    ahead: (cell) =>
      isShared(cell) || isThrottle(cell) || cell.startsWith("paused:")
        ? Number.POSITIVE_INFINITY
        : cellLimit(cell, ownerOf(cell), configOf),
  };
}

/** A concurrency key over an event (semantics §4.1). */
export function keyOver(event: WireEvent, now: number): (expression: string) => string {
  return (expression) => keyText(parseExpression(expression), asJson(event), { now });
}

function holds(source: string, event: WireEvent, now: number): boolean {
  return isTrue(parseExpression(source), { event: asJson(event) }, { now });
}

function eventTriggers(config: FunctionConfig): EventTrigger[] {
  return config.triggers.filter((trigger) => "event" in trigger);
}

function asJson(event: WireEvent): Json {
  return event as unknown as JsonObject;
}
