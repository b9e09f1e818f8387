/** Cron ticks that can be read back, and a clock that was moved (dev only). Frozen once released. */
import type { Migration } from "@stepwell/store";

const text = 'text collate "C"';

export const ticksAndMovedClock: Migration = {
  number: 2,
  name: "ticks-and-moved-clock",
  statements: [
    `create table {ticks} (function_id ${text} not null, cron ${text} not null, scheduled_at bigint not null,
      outcome ${text} not null, at bigint not null, run_id ${text}, until bigint,
      primary key (function_id, cron, scheduled_at))`,
    "create index ticks_missed on {ticks} (function_id, cron, scheduled_at) where outcome = 'missed'",
    // One row: how far `clock advance` has moved the time of this store, in milliseconds.
    "create table {store} (id smallint primary key check (id = 1), moved bigint not null)",
    "insert into {store} (id, moved) values (1, 0)",
  ],
};
