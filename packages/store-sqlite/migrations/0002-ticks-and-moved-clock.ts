/** Cron ticks that can be read back, and a clock that was moved (dev only). Frozen once released. */
import type { Migration } from "@stepwell/store";

export const ticksAndMovedClock: Migration = {
  number: 2,
  name: "ticks-and-moved-clock",
  statements: [
    `create table ticks (function_id text not null, cron text not null, scheduled_at integer not null,
      outcome text not null, at integer not null, run_id text, until integer,
      primary key (function_id, cron, scheduled_at)) strict, without rowid`,
    "create index ticks_missed on ticks (function_id, cron, scheduled_at) where outcome = 'missed'",
    // How far `clock advance` has moved the time of this file, in milliseconds.
    "alter table store add column moved integer not null default 0",
  ],
};
