/**
 * Runs by a filter as people write it. What the store has an index for goes to the store: status, function, app
 * and time, negated ones as all the others. The rest is looked at row by row, within the bound of searches.
 */
import { comparisonOf, matchesValue, runStatusWords, type Term } from "@stepwell/api/dashboard";
import type { AppRow, FunctionRow, Instant, RunRow } from "@stepwell/core";
import type { Reads, RunFilter } from "@stepwell/store";
import {
  type Bound,
  countList,
  type Found,
  type Listed,
  outcomeOf,
  SEARCH_BOUND,
  searchedEvent,
  searchList,
} from "../../search.ts";
import { isPayloadTerm, type Payloads, payloadsMatch, rootsOf } from "../payload-terms.ts";
import { readTerms, timeOf } from "../terms.ts";

type StoreFilter = Omit<RunFilter, "cursor" | "limit">;

export interface RunSelection {
  /** What the store looks for; null: nothing can match. */
  filter: StoreFilter | null;
  /** What is looked at row by row; null: nothing is. */
  matches: ((run: RunRow) => boolean | Promise<boolean>) | null;
}

/**
 * @param q the filter; absent: all runs
 * @throws StepwellError `query_invalid` naming what is wrong and where: a term left out would find more
 */
export async function selectRuns(q: string | undefined, read: Reads, now: Instant): Promise<RunSelection> {
  const terms = readTerms(q ?? "", "runs");
  const filter = await storeFilter(terms, read, now);
  const own = terms.filter((term) => !STORED.includes(term.field) && !isPayloadTerm(term));
  const payload = terms.filter(isPayloadTerm);
  if (own.length === 0 && payload.length === 0) return { filter, matches: null };
  const { events, outcome } = rootsOf(payload);
  const matches = (run: RunRow): boolean | Promise<boolean> => {
    if (!own.every((term) => rowHolds(term, run, now) !== term.not)) return false;
    return payload.length === 0 || searched(run).then((found) => payloadsMatch(payload, found));
  };
  const searched = async (run: RunRow): Promise<Payloads> => ({
    events: events ? await eventsOf(run, read) : [],
    ...(outcome ? outcomeOf(run, await read.output(run.id)) : {}),
  });
  return { filter, matches };
}

/** The next runs of a selection, newest first. */
export async function findRuns(
  { filter, matches }: RunSelection,
  read: Reads,
  { cursor, limit, bound = SEARCH_BOUND }: { cursor?: string | undefined; limit: number; bound?: Bound },
): Promise<Found<RunRow>> {
  if (filter === null) return { rows: [], cursor: null, stoppedAt: null };
  const list = listOf(filter, matches ?? (() => true), read);
  if (matches !== null) return searchList(list, cursor, limit, bound);
  return { ...(await list.page(cursor, limit)), stoppedAt: null };
}

/** How many there are: `within` so many newest rows where all could not be looked at. */
export async function countRuns(
  { filter, matches }: RunSelection,
  read: Reads,
  most: number,
): Promise<{ count: number; capped: boolean; within: number | null }> {
  if (filter === null) return { count: 0, capped: false, within: null };
  if (matches === null) {
    const count = await read.countRuns(filter, most);
    return { count, capped: count >= most, within: null };
  }
  const { total, totalExact, looked } = await countList(listOf(filter, matches, read), SEARCH_BOUND);
  return { count: total, capped: !totalExact, within: totalExact ? null : looked };
}

function listOf(
  filter: StoreFilter,
  matches: (run: RunRow) => boolean | Promise<boolean>,
  read: Reads,
): Listed<RunRow> {
  return {
    page: (cursor, limit) => read.runs({ ...filter, limit, ...(cursor === undefined ? {} : { cursor }) }),
    idOf: ({ id }) => id,
    matches,
  };
}

/** What the store has an index for. */
const STORED = ["status", "function", "app", "since", "until"];

async function storeFilter(terms: readonly Term[], read: Reads, now: Instant): Promise<StoreFilter | null> {
  const filter: StoreFilter = {};
  const asks = (field: string) => terms.some((term) => term.field === field);
  if (asks("status")) filter.status = left(terms, "status", runStatusWords, (status) => [status]);
  if (asks("app") || asks("function")) {
    const [apps, functions] = await Promise.all([read.apps(), read.functions()]);
    // Each function is of one app, and by functions the store has an index.
    const ofApps = new Set(left(terms, "app", apps, appNames).map(({ id }) => id));
    const chosen = left(terms, "function", functions, (fn) => functionNames(fn, apps));
    const functionIds = chosen.filter(({ appId }) => ofApps.has(appId)).map(({ id }) => id);
    if (functionIds.length < functions.length) filter.functionIds = functionIds;
    if (functions.length === 0) return null;
  }
  const { since, until } = timeOf(terms, now);
  if (since !== null) filter.from = since;
  if (until !== null) filter.until = until;
  return filter.status?.length === 0 || filter.functionIds?.length === 0 ? null : filter;
}

/** Of all there are, those that every term of the field leaves. */
function left<T>(
  terms: readonly Term[],
  field: string,
  all: readonly T[],
  namesOf: (one: T) => readonly string[],
): T[] {
  const own = terms.filter((term) => term.field === field);
  return all.filter((one) => {
    const names = namesOf(one);
    return own.every(
      ({ not, values }) => values.some((value) => names.some((name) => matchesValue(value, name))) !== not,
    );
  });
}

const appNames = ({ id, name }: AppRow): string[] => [id, name];

/** A function by its id, name or slug; the slug begins with the app's name, which may be left out. */
function functionNames({ id, appId, slug, config }: FunctionRow, apps: readonly AppRow[]): string[] {
  const prefix = `${apps.find((app) => app.id === appId)?.name ?? ""}-`;
  const local = slug.startsWith(prefix) ? [slug.slice(prefix.length)] : [];
  return [id, slug, config.name, ...local];
}

/** What starts a run, as lists show it. */
export function triggerOf({ cron, eventName }: RunRow): string {
  return cron === null ? eventName : "cron";
}

function rowHolds({ field, values }: Term, run: RunRow, now: Instant): boolean {
  switch (field) {
    case "event":
      return values.some((value) => matchesValue(value, triggerOf(run)));
    case "original":
      return values.some((value) => matchesValue(value, run.originalRunId ?? ""));
    case "cron":
      return values.some(({ text }) => text === String(run.cron !== null));
    default:
      return values.some(({ text }) => hasDuration(text, run, now));
  }
}

/** From start to end; of a run that goes on, so far. */
function hasDuration(text: string, { startedAt, endedAt }: RunRow, now: Instant): boolean {
  const compared = comparisonOf(text);
  if (compared === null || startedAt === null) return false;
  const ms = (endedAt ?? now) - startedAt;
  if (compared.is.startsWith("<")) return ms < compared.ms || (compared.is === "<=" && ms === compared.ms);
  return ms > compared.ms || (compared.is === ">=" && ms === compared.ms);
}

async function eventsOf(run: RunRow, read: Reads): Promise<Payloads["events"]> {
  const stored = await Promise.all(run.eventIds.map((id) => read.event(id)));
  return stored.flatMap((event) => (event === null ? [] : [searchedEvent(event)]));
}
