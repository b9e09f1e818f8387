/**
 * The first schema. Frozen once released: a change is a new migration (style.md §7). Text is compared by
 * its bytes whatever the database's own collation is, since ids are ordered and paged by.
 */
import type { Migration } from "@stepwell/store";

const text = 'text collate "C"';
/** Rows that come and go quickly: vacuumed early, at full speed (hard-parts.md §7). */
const lively = "autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0";

export const firstSchema: Migration = {
  number: 1,
  name: "first-schema",
  statements: [
    // One sequence for events, runs and waits. `tx` is the transaction of the row: who follows the rows as they
    // come pages by (tx, seq), since numbers become visible in any order (README.md).
    "create sequence {sequence}",
    // How far the clock has been, one row per connection: a single row would queue all commits of all nodes.
    `create table {floors} (link ${text} primary key, floor bigint not null) with (fillfactor = 50)`,

    `create table {apps} (id ${text} primary key, name ${text} not null, url ${text} not null,
      sdk ${text} not null, framework ${text}, platform ${text}, env ${text}, app_version ${text},
      checksum ${text} not null, synced_at bigint not null, error ${text})`,
    `create table {functions} (id ${text} primary key, app_id ${text} not null, slug ${text} not null,
      version bigint not null, config ${text} not null, archived boolean not null)`,
    "create index functions_app on {functions} (app_id)",

    `create table {events} (id ${text} primary key, seq bigint not null, tx xid8 not null,
      external_id ${text} not null, name ${text} not null, ts bigint not null, received_at bigint not null,
      internal boolean not null)`,
    "create index events_received on {events} (received_at, seq)",
    "create index events_name on {events} (name, received_at, seq)",
    `create table {payloads} (owner ${text} not null, name ${text} not null, value bytea not null,
      primary key (owner, name))`,

    `create table {runs} (id ${text} primary key, seq bigint not null, tx xid8 not null,
      function_id ${text} not null, app_id ${text} not null, function_version bigint not null,
      event_id ${text} not null, event_ids ${text} not null, event_name ${text} not null, cron ${text},
      batch_id ${text}, original_run_id ${text}, status ${text} not null, queued_at bigint not null,
      started_at bigint, ended_at bigint)`,
    "create index runs_event on {runs} (event_id)",
    "create index runs_queued on {runs} (queued_at, seq)",
    "create index runs_started on {runs} (started_at, seq) where started_at is not null",
    "create index runs_ended on {runs} (ended_at, seq) where ended_at is not null",
    "create index runs_function on {runs} (function_id, queued_at, seq)",
    "create index runs_status on {runs} (status, queued_at, seq)",
    // Written by each commit of a run: no index but the key, and room on the page for the next version.
    `create table {run_states} (run_id ${text} primary key, state ${text} not null)
      with (fillfactor = 70, ${lively})`,

    `create table {steps} (run_id ${text} not null, id ${text} not null, ord bigint not null,
      op ${text} not null, name ${text} not null, userland_id ${text}, userland_index bigint,
      status ${text} not null, attempts bigint not null, queued_at bigint not null, started_at bigint,
      ended_at bigint not null, primary key (run_id, id))`,
    `create table {history} (id bigint generated always as identity primary key, run_id ${text} not null,
      at bigint not null, kind ${text} not null, step ${text}, data ${text} not null)`,
    "create index history_run on {history} (run_id, id)",

    `create table {waits} (id ${text} primary key, seq bigint not null, tx xid8 not null,
      kind ${text} not null, name ${text} not null, anchor ${text} not null, run_id ${text} not null,
      step ${text}, expression ${text}, opened_at bigint not null, until bigint) with (${lively})`,
    // Partial over all rows: or a look by id alone might walk it, when the table is believed to be empty.
    "create index waits_anchor on {waits} (name, anchor, id) where anchor is not null",
    "create index waits_run on {waits} (run_id)",
    `create table {wait_paths} (name ${text} not null, path ${text} not null, primary key (name, path))`,

    `create table {wakes} (id ${text} primary key, job ${text} not null, run_id ${text}, lane ${text},
      score bigint not null, due_at bigint not null) with (${lively})`,
    "create index wakes_lane on {wakes} (lane, score, id) where lane is not null",
    "create index wakes_due on {wakes} (due_at, id) where lane is null",
    "create index wakes_run on {wakes} (run_id) where run_id is not null",

    `create table {lanes} (lane ${text} primary key, pool ${text} not null, cells ${text} not null,
      head bigint not null, blocked ${text}) with (fillfactor = 70, ${lively})`,
    "create index lanes_open on {lanes} (pool, head, lane) where blocked is null",
    "create index lanes_blocked on {lanes} (blocked, head, lane) where blocked is not null",
    `create table {cells} (cell ${text} primary key, used bigint not null, state ${text} not null)
      with (fillfactor = 50, ${lively})`,
    `create table {nudges} (id bigint generated always as identity primary key, pool ${text} not null,
      lane ${text}, cells ${text} not null, score bigint, gone ${text}) with (${lively})`,
    "create index nudges_pool on {nudges} (pool, id) where pool is not null",
    `create table {leases} (id ${text} primary key, pool ${text} not null, run_id ${text} not null,
      lane ${text} not null, score bigint not null, cells ${text} not null, node ${text} not null,
      freed boolean not null, call ${text} not null, at bigint not null) with (fillfactor = 70, ${lively})`,
    "create index leases_freed on {leases} (pool, id) where freed",
    "create index leases_node on {leases} (node, id) where not freed",
    "create index leases_run on {leases} (run_id)",

    `create table {gate_cells} (key ${text} primary key, state ${text} not null, expires_at bigint)
      with (fillfactor = 70, ${lively})`,
    "create index gate_cells_expiry on {gate_cells} (expires_at) where expires_at is not null",
    `create table {nodes} (id ${text} primary key, started_at bigint not null, alive_until bigint)
      with (fillfactor = 50)`,
  ],
};
