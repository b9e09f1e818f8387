/**
 * What the dashboard keeps: who may use it, what they did, bulk jobs, statistics; and indexes that make its lists
 * fast over a million rows. Frozen once released.
 */
import type { Migration } from "@stepwell/store";

const text = 'text collate "C"';

export const dashboard: Migration = {
  number: 6,
  name: "dashboard",
  statements: [
    `create table {users} (id ${text} primary key, name ${text} not null, role ${text} not null,
      password_hash ${text}, oidc_subject ${text}, created_at bigint not null, last_seen_at bigint,
      disabled boolean not null)`,
    // In collation C, so that the same names are one everywhere: ASCII letters have case, others have not.
    "create unique index users_name on {users} (lower(name))",
    `create table {sign_ins} (id ${text} primary key, user_id ${text} not null, created_at bigint not null,
      last_seen_at bigint not null, expires_at bigint not null, user_agent ${text}, address ${text})`,
    "create index sign_ins_user on {sign_ins} (user_id, created_at, id)",
    "create index sign_ins_expiry on {sign_ins} (expires_at, id)",
    `create table {api_keys} (id ${text} primary key, name ${text} not null, hash ${text} not null unique,
      ending ${text} not null, scopes ${text} not null, created_at bigint not null, created_by ${text} not null,
      expires_at bigint, last_used_at bigint, revoked_at bigint)`,
    `create table {audit} (id ${text} primary key, at bigint not null, actor ${text} not null,
      actor_kind ${text} not null, action ${text} not null, target ${text}, detail ${text},
      outcome ${text} not null, address ${text}, request_id ${text} not null)`,
    "create index audit_actor on {audit} (actor, id)",
    "create index audit_action on {audit} (action, id)",

    `create table {bulk_jobs} (id ${text} primary key, action ${text} not null, status ${text} not null,
      filter ${text}, rate bigint not null, total bigint not null, done bigint not null, skipped bigint not null,
      failed bigint not null, errors ${text} not null, created_by ${text} not null, created_at bigint not null,
      starts_at bigint not null, ended_at bigint) with (fillfactor = 70)`,
    "create index bulk_jobs_open on {bulk_jobs} (id) where ended_at is null",
    `create table {bulk_items} (job_id ${text} not null, ord bigint not null, run_id ${text} not null,
      outcome ${text} not null, new_run_id ${text}, primary key (job_id, ord))`,
    "create index bulk_items_waiting on {bulk_items} (job_id, ord) where outcome = 'waiting'",

    `create table {statistics} (function_id ${text} not null, width_ms bigint not null, at bigint not null,
      completed bigint not null, failed bigint not null, cancelled bigint not null, skipped bigint not null,
      queue_ms ${text} not null, run_ms ${text} not null, primary key (function_id, width_ms, at))`,
    // Partial over all rows: or those of one function might be looked for here, among all others of the time.
    "create index statistics_span on {statistics} (width_ms, at, function_id) where function_id > ''",

    // A list by status and function is merged from ranges of these: each begins with what it is filtered by.
    "drop index {runs_function}",
    "create index runs_function on {runs} (function_id, status, queued_at, seq)",
    "drop index {events_received}",
    "create index events_received on {events} (internal, received_at, seq)",
    "drop index {events_name}",
    "create index events_name on {events} (name, internal, received_at, seq)",
    // Only few runs repeat another one.
    "create index runs_original on {runs} (original_run_id, seq) where original_run_id is not null",
  ],
};
