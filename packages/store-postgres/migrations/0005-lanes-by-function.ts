/**
 * Lanes say whose they are, and those that wait for a cell are found by function: of a counter that functions
 * share, each has a number of its own (semantics §6.2). Frozen once released.
 */
import type { Migration } from "@stepwell/store";

export const lanesByFunction: Migration = {
  number: 5,
  name: "lanes-by-function",
  statements: [
    // Rows of before say "": nobody's number, so a claim looks at them and writes whose they are.
    `alter table {lanes} add column function_id text collate "C" not null default ''`,
    "drop index {lanes_blocked}",
    "create index lanes_blocked on {lanes} (blocked, function_id, head, lane) where blocked is not null",
  ],
};
