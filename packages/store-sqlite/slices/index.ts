/** What a commit may ask for, each from its own file. */
import type { SliceReaders } from "@stepwell/store";
import { readUsers } from "../reads/access.ts";
import type { Source } from "../rows.ts";
import { seeBulkJob } from "./bulk.ts";
import { seePoolRows } from "./pool.ts";
import { seeRun } from "./run.ts";
import { seeApp, seeEvents, seeGates, seeHolders, seeLease, seeTick, seeWake } from "./single.ts";
import { seeAwaited, seeSignals, seeWaits } from "./waits.ts";

export function createSliceReaders(source: Source): SliceReaders {
  return {
    run: (ask) => seeRun(source, ask),
    lease: (ask) => seeLease(source, ask),
    wake: (ask) => seeWake(source, ask),
    tick: (ask) => seeTick(source, ask),
    gates: (ask) => seeGates(source, ask),
    holders: (keys) => seeHolders(source, keys),
    events: (ask) => seeEvents(source, ask),
    app: (ask) => seeApp(source, ask),
    waits: (ask) => seeWaits(source, ask),
    awaited: (names) => seeAwaited(source, names),
    signals: (names) => seeSignals(source, names),
    users: () => readUsers(source),
    bulkJob: (ask) => seeBulkJob(source, ask),
    pool: (ask) => seePoolRows(source, ask),
  };
}
