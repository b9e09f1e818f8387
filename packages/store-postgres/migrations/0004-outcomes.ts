/** What gates made of events that no run came of at once. Frozen once released. */
import type { Migration } from "@stepwell/store";

const text = 'text collate "C"';

export const outcomes: Migration = {
  number: 4,
  name: "outcomes",
  statements: [
    `create table {outcomes} (event_id ${text} not null, function_id ${text} not null, at bigint not null,
      outcome ${text} not null, cell ${text}, leader ${text}, run_id ${text}, detail ${text} not null,
      primary key (event_id, function_id))`,
  ],
};
