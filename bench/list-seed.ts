/**
 * A file with many runs and events for the bench of lists, inserted straight into it: a month of four apps with
 * forty functions, one of them half of everything, two of them rare; nearly all runs have completed, twenty have
 * failed, and half of all events are the server's own, in long stretches.
 */
import { DatabaseSync } from "node:sqlite";
import { identityCodec } from "@stepwell/store";
import { openSqliteStore } from "@stepwell/store-sqlite";

import {
  APPS,
  appId,
  eventId,
  eventName,
  FUNCTIONS,
  functionId,
  functionOf,
  INTERNAL,
  runId,
  STRETCH,
  statusOf,
} from "./list-shape.ts";

const MONTH_MS = 30 * 86_400_000;
const ROWS_PER_COMMIT = 50_000;

export interface SeededLists {
  /** When the first run was queued; the others follow within a month. */
  from: number;
  until: number;
  seconds: number;
}

/** Makes the file. @param until the time of the newest run */
export async function seedLists(
  file: string,
  runs: number,
  until: number,
  say: (text: string) => void,
): Promise<SeededLists> {
  const store = await openSqliteStore({ file, durability: "normal" });
  await store.migrate();
  await store.close();
  const began = performance.now();
  const db = new DatabaseSync(file);
  // What is seeded needs no durability: the file is thrown away when the machine stops.
  db.exec("pragma synchronous = off; pragma cache_size = -262144");
  const from = until - MONTH_MS;
  const at = (n: number): number => from + Math.floor((n / runs) * MONTH_MS);
  seedFunctions(db, until);
  inCommits(db, runs, (n) => `${n} of ${runs} events`, say, eventRows(db, at));
  inCommits(db, runs, (n) => `${n} of ${runs} runs`, say, runRows(db, runs, at));
  db.exec(`update store set sequence = ${2 * runs + 1}; pragma wal_checkpoint(truncate)`);
  db.close();
  return { from, until, seconds: (performance.now() - began) / 1000 };
}

function seedFunctions(db: DatabaseSync, at: number): void {
  const app = db.prepare(
    "insert into apps (id, name, url, sdk, checksum, synced_at) values (?, ?, 'http://127.0.0.1:1/', 'js:v4', 'x', ?)",
  );
  const fn = db.prepare(
    "insert into functions (id, app_id, slug, version, config, archived) values (?, ?, ?, 1, ?, 0)",
  );
  for (let n = 0; n < APPS; n += 1) app.run(appId(n), `app-${n}`, at);
  for (let n = 0; n < FUNCTIONS; n += 1) {
    const slug = `app-${n % APPS}-function-${n}`;
    const triggers = [{ event: eventName(n) }];
    const config = { slug, name: `Function ${n}`, triggers, url: "http://127.0.0.1:1/", maxAttempts: 4 };
    fn.run(functionId(n), appId(n % APPS), slug, JSON.stringify(config));
  }
}

function eventRows(db: DatabaseSync, at: (n: number) => number): (n: number) => void {
  const event = db.prepare(`insert into events (seq, id, external_id, name, ts, received_at, internal)
    values (?, ?, ?, ?, ?, ?, ?)`);
  const payload = db.prepare("insert into payloads (owner, name, value) values (?, 'event', ?)");
  return (n) => {
    const internal = Math.floor(n / STRETCH) % 2 === 1;
    const id = eventId(n);
    event.run(n + 1, id, `x-${n}`, internal ? INTERNAL : eventName(n), at(n), at(n), internal ? 1 : 0);
    payload.run(id, identityCodec.encode({ data: { order: `o-${n}`, amount: n % 1000 } }));
  };
}

function runRows(db: DatabaseSync, runs: number, at: (n: number) => number): (n: number) => void {
  const run =
    db.prepare(`insert into runs (seq, id, function_id, app_id, function_version, event_id, event_ids,
    event_name, status, queued_at, started_at, ended_at) values (?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?)`);
  return (n) => {
    const fn = functionOf(n, runs);
    const status = statusOf(n, runs);
    const started = status === "queued" ? null : at(n) + 20;
    const ended = started === null || status === "running" ? null : started + 400;
    const event = eventId(n);
    const ids = [runs + n + 1, runId(n), functionId(fn), appId(fn % APPS)] as const;
    run.run(...ids, event, `["${event}"]`, eventName(n), status, at(n), started, ended);
  };
}

function inCommits(
  db: DatabaseSync,
  count: number,
  progress: (n: number) => string,
  say: (text: string) => void,
  insert: (n: number) => void,
): void {
  for (let from = 0; from < count; from += ROWS_PER_COMMIT) {
    db.exec("begin");
    for (let n = from; n < Math.min(count, from + ROWS_PER_COMMIT); n += 1) insert(n);
    db.exec("commit");
    if (from % (4 * ROWS_PER_COMMIT) === 0) say(progress(from));
  }
}
