// The door of the statistics room: how many runs ended when, and how long they took.

export { keepStatistics } from "./current.ts";
export { percentile } from "./histogram.ts";
export { type Counted, readCounted, type Span } from "./read.ts";
export { seriesOf, sumByFunction, sumOf } from "./series.ts";
export { floorTo, HOUR_MS, MINUTE_MS, planOf } from "./spans.ts";
export { countRow, emptyTally, endedOf, type Tally, tallyOf } from "./tally.ts";
