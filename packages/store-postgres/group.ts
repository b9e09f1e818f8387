/**
 * One group of commits in one transaction (hard-parts.md §4): lock all names, sorted, in a statement of its
 * own; then round by round see, decide in memory, write. A decision that throws has written nothing and
 * leaves the group alone. An error of the database takes the whole group back; then each is tried by itself.
 *
 * Numbers of the one sequence are taken right before the writing, with all locks held: of two commits that
 * lock the same thing, the later one has the higher numbers.
 */
import type { Instant } from "@stepwell/core";
import {
  checkWriters,
  createHintSum,
  type GroupResult,
  type Hint,
  type HintSum,
  joinHints,
  type Outcome,
  type PayloadCodec,
  StoreError,
} from "@stepwell/store";
import { removePlaced, statementsOf } from "./batch-sql.ts";
import type { Link } from "./driver.ts";
import { type Decided, type Facts, readFacts } from "./facts.ts";
import type { Planned } from "./gathering.ts";
import { KEY_LOCK, lockedKeys, lockHashes } from "./locks.ts";
import { asStoreError, isLost, isPassing } from "./postgres-error.ts";
import { seeRound } from "./slices/index.ts";
import type { Places } from "./slices/pool.ts";
import { countNumbers, type Encoded, encodeChanges, giveNumbers, planBatches } from "./write.ts";

export interface Grouping {
  run(link: Link, group: readonly Planned[]): Promise<GroupResult>;
  /** The highest time of any commit so far. */
  floor(): Instant;
}
export interface GroupingOptions {
  codec: PayloadCodec;
  schema: string;
  /** How long to wait for what another transaction holds. */
  lockTimeoutMs: number;
  /** What tells other nodes of a hint. */
  notification: (hint: Hint) => { channel: string; payload: string };
}

interface Transaction {
  readonly link: Link;
  readonly hints: HintSum;
  /** Sent to the server and not waited for yet. */
  sent: Promise<unknown>[];
  wrote: boolean;
}

const sql = {
  // No sequential scans: what the planner believes of a queue table may be long out of date (hard-parts.md §7).
  begin: `begin isolation level read committed; set local enable_seqscan = off;
    set local idle_in_transaction_session_timeout = '10s'; set local lock_timeout = `,
  lock: "select count(pg_advisory_xact_lock($1, k)) from unnest($2::int[]) k",
  numbers: "select nextval('{sequence}') as number from generate_series(1, $1)",
  floor: `insert into {floors} as f (link, floor) values ($1, $2)
    on conflict (link) do update set floor = greatest(f.floor, excluded.floor)`,
  notify: "select pg_notify($1, $2)",
} as const;

/** A deadlock can end a commit that is alone, too: with a group of another node. */
const TRIES = 5;

export function createGrouping(options: GroupingOptions): Grouping {
  const { codec, schema } = options;
  let floor: Instant = 0;
  /** What each connection has written of the floor. */
  const kept = new WeakMap<Link, Instant>();

  async function run(link: Link, group: readonly Planned[], tries: number = TRIES): Promise<GroupResult> {
    for (const { now } of group) floor = Math.max(floor, now);
    try {
      return await together(link, group);
    } catch (error) {
      if (isLost(error)) void link.close();
      if (!link.alive) {
        const lost = asStoreError(error);
        return { outcomes: group.map(() => ({ error: lost })), hint: null };
      }
      await link.exec("rollback").catch(() => link.close());
      if (group.length === 1 && isPassing(error) && tries > 1) return run(link, group, tries - 1);
      if (group.length === 1) return { outcomes: [{ error: asStoreError(error) }], hint: null };
    }
    const results: GroupResult[] = [];
    for (const one of group) results.push(await run(link, [one]));
    return {
      outcomes: results.flatMap((result) => result.outcomes),
      hint: joinHints(results.map(({ hint }) => hint)),
    };
  }

  /** @throws what the database throws; the caller rolls back */
  async function together(link: Link, group: readonly Planned[]): Promise<GroupResult> {
    const transaction: Transaction = {
      link,
      hints: createHintSum(),
      sent: [link.exec(`${sql.begin}${options.lockTimeoutMs}`)],
      wrote: false,
    };
    const keys = group.flatMap(({ ask }) => lockedKeys(ask));
    if (keys.length > 0) transaction.sent.push(link.query(sql.lock, KEY_LOCK, lockHashes(schema, keys)));
    const outcomes: Outcome[] = [];
    while (outcomes.length < group.length) {
      const { round } = group[outcomes.length] as Planned;
      outcomes.push(
        ...(await commitRound(
          transaction,
          group.filter((one) => one.round === round),
        )),
      );
    }
    await finish(transaction);
    return { outcomes, hint: transaction.hints.total() };
  }

  /** What is read is sent right behind the locks: each statement sees what was committed when it begins. */
  async function commitRound(transaction: Transaction, round: readonly Planned[]): Promise<Outcome[]> {
    const { link, hints } = transaction;
    const places: Places = new Map();
    const looks = seeRound(
      { link, codec },
      schema,
      round.map(({ ask }) => ask),
      places,
    );
    const [seen] = await Promise.all([looks, ...transaction.sent.splice(0)]);
    const outcomes: Outcome[] = [];
    const decided: (Decided & { index: number; reply: unknown })[] = [];
    round.forEach(({ ask, decide }, index) => {
      const own = seen[index] as Decided["seen"];
      const result = attempt(() => decide(own));
      if ("error" in result) outcomes[index] = result;
      else decided.push({ index, ask, seen: own, ...result.done });
    });
    const facts = await readFacts(link, decided);
    const changes: Encoded[] = [];
    for (const { index, ask, write, reply } of decided) {
      const result = attempt(() => {
        checkWriters(write, ask.pool !== undefined, facts.isQueued);
        changes.push(...encodeChanges(write, codec));
        hints.add(write, facts.poolOfLease);
      });
      outcomes[index] = "error" in result ? result : { reply };
    }
    if (changes.length > 0) await writeAll(transaction, changes, places);
    return outcomes;
  }

  async function finish({ link, hints, sent, wrote }: Transaction): Promise<void> {
    const at = floor;
    if (wrote && (kept.get(link) ?? -1) < at) sent.push(link.query(sql.floor, link.name, at));
    const hint = hints.total();
    if (hint !== null) {
      const { channel, payload } = options.notification(hint);
      sent.push(link.query(sql.notify, channel, payload));
    }
    const [tag] = await Promise.all([link.exec("commit"), ...sent]).catch((error: unknown) => {
      if (!isLost(error)) throw error;
      // Nobody can tell: the answer to the commit itself may be what was lost.
      const message = "the connection to PostgreSQL was lost during a commit, which may be stored or not";
      throw new StoreError("store_failed", message, { cause: error });
    });
    // A transaction that has failed answers with ROLLBACK, and no error.
    if (tag !== "COMMIT") throw new StoreError("store_failed", "PostgreSQL did not commit");
    if (wrote) kept.set(link, at);
  }

  return { run: (link, group) => run(link, group), floor: () => floor };
}

/** Sends the statements; whoever waits next for the connection sees what became of them. */
async function writeAll(
  transaction: Transaction,
  changes: readonly Encoded[],
  places: Places,
): Promise<void> {
  const { link, sent } = transaction;
  transaction.wrote = true;
  const numbers = countNumbers(changes);
  if (numbers > 0) {
    const rows = await link.query(sql.numbers, numbers);
    giveNumbers(
      changes,
      rows.map(({ number }) => number ?? null),
    );
  }
  const batches = planBatches(changes);
  if (places.size > 0) await Promise.all(batches.map((batch) => removePlaced(link, batch, places)));
  for (const batch of batches)
    for (const { sql, values } of statementsOf(batch, places)) sent.push(link.query(sql, ...values));
}

function attempt<R>(work: () => R): { done: R } | { error: unknown } {
  try {
    return { done: work() };
  } catch (error) {
    return { error };
  }
}
