/** The first schema. Frozen once released: a change is a new migration (style.md §7). */
import type { Migration } from "@stepwell/store";

export const firstSchema: Migration = {
  number: 1,
  name: "first-schema",
  statements: [
    // One row: the sequence of events, runs and waits, and how far the clock has been.
    "create table store (id integer primary key check (id = 1), sequence integer not null, floor integer not null) strict",
    "insert into store (id, sequence, floor) values (1, 0, 0)",

    `create table apps (id text primary key, name text not null, url text not null, sdk text not null,
      framework text, platform text, env text, app_version text, checksum text not null,
      synced_at integer not null, error text) strict`,
    `create table functions (id text primary key, app_id text not null, slug text not null,
      version integer not null, config text not null, archived integer not null) strict`,
    "create index functions_app on functions (app_id)",

    // The sequence is the row id, so order by it needs no index of its own.
    `create table events (seq integer primary key, id text not null unique, external_id text not null,
      name text not null, ts integer not null, received_at integer not null, internal integer not null) strict`,
    "create index events_received on events (received_at, seq)",
    "create index events_name on events (name, received_at, seq)",

    // Values may be megabytes: rows by row id, found by a small index, so that a look-up reads no other value.
    `create table payloads (owner text not null, name text not null, value blob not null,
      primary key (owner, name)) strict`,

    `create table runs (seq integer primary key, id text not null unique, function_id text not null,
      app_id text not null, function_version integer not null, event_id text not null,
      event_ids text not null, event_name text not null, cron text, batch_id text, original_run_id text,
      status text not null, queued_at integer not null, started_at integer, ended_at integer) strict`,
    "create index runs_event on runs (event_id)",
    "create index runs_queued on runs (queued_at, seq)",
    "create index runs_started on runs (started_at, seq) where started_at is not null",
    "create index runs_ended on runs (ended_at, seq) where ended_at is not null",
    "create index runs_function on runs (function_id, queued_at, seq)",
    "create index runs_status on runs (status, queued_at, seq)",
    "create table run_states (run_id text primary key, state text not null) strict",

    `create table steps (run_id text not null, id text not null, ord integer not null, op text not null,
      name text not null, userland_id text, userland_index integer, status text not null,
      attempts integer not null, queued_at integer not null, started_at integer, ended_at integer not null,
      primary key (run_id, id)) strict, without rowid`,
    `create table history (id integer primary key, run_id text not null, at integer not null,
      kind text not null, step text, data text not null) strict`,
    "create index history_run on history (run_id, id)",

    `create table waits (seq integer primary key, id text not null unique, kind text not null,
      name text not null, anchor text not null, run_id text not null, step text, expression text,
      opened_at integer not null, until integer) strict`,
    "create index waits_anchor on waits (name, anchor, id)",
    "create index waits_run on waits (run_id)",
    "create table wait_paths (name text not null, path text not null, primary key (name, path)) strict, without rowid",

    `create table wakes (id text primary key, job text not null, run_id text, lane text,
      score integer not null, due_at integer not null) strict, without rowid`,
    "create index wakes_lane on wakes (lane, score, id) where lane is not null",
    "create index wakes_due on wakes (due_at, id) where lane is null",
    "create index wakes_run on wakes (run_id) where run_id is not null",

    `create table lanes (lane text primary key, pool text not null, cells text not null,
      head integer not null, blocked text) strict, without rowid`,
    "create index lanes_open on lanes (pool, head, lane) where blocked is null",
    "create index lanes_blocked on lanes (blocked, head, lane) where blocked is not null",
    "create table cells (cell text primary key, used integer not null, state text not null) strict, without rowid",
    `create table nudges (id integer primary key, pool text not null, lane text, cells text not null,
      score integer, gone text) strict`,
    "create index nudges_pool on nudges (pool, id)",
    `create table leases (id text primary key, pool text not null, run_id text not null, lane text not null,
      score integer not null, cells text not null, node text not null, freed integer not null,
      call text not null, at integer not null) strict, without rowid`,
    "create index leases_freed on leases (pool, id) where freed = 1",
    "create index leases_node on leases (node, id) where freed = 0",
    "create index leases_run on leases (run_id)",

    "create table gate_cells (key text primary key, state text not null, expires_at integer) strict, without rowid",
    "create index gate_cells_expiry on gate_cells (expires_at) where expires_at is not null",
    "create table nodes (id text primary key, started_at integer not null, alive_until integer) strict, without rowid",
  ],
};
