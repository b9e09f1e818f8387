/** Functions can be paused and drained by people. Frozen once released. */
import type { Migration } from "@stepwell/store";

export const functionMode: Migration = {
  number: 3,
  name: "function-mode",
  statements: [`alter table {functions} add column mode text collate "C" not null default 'active'`],
};
