/** A million runs asleep: what they cost on disk and in memory, and how fast 10,000 of them wake. */
import { memoryMb, pause, until } from "./child.ts";
import { lookAt, lookNotes, lookTable } from "./look.ts";
import { type Durability, makePlace, type Place, seenBy } from "./place.ts";
import { type Bench, shown, type Table } from "./report.ts";
import { makeTemplates, seed, seedAndCount } from "./seeding.ts";

const RUNS = 1_000_000;
const WAKING = 10_000;
const DAY_MS = 86_400_000;
/** Between the seeding of those that wake and their time: the server must be up by then. */
const LEAD_MS = 40_000;
const DURABILITY: Durability = "full";

export const sleepers: Bench = async ({ scale, profiles, say }) => {
  const place = await makePlace(6 * scale + 1, profiles);
  try {
    const waking = Math.ceil(WAKING * scale);
    const sleeping = Math.ceil(RUNS * scale) - waking;
    await makeFirst(place);
    const small = await lookAt(place, 2);
    say(`seeding ${sleeping} sleeping runs`);
    const later = { at: wholeSecond(Date.now() + DAY_MS), spreadMs: 364 * DAY_MS };
    const seeded = await seedAndCount(place, {
      parts: [{ kind: "sleep", from: 0, count: sleeping }],
      until: later,
    });
    say(`${seeded.runs} runs, ${seeded.rows} rows in ${shown(seeded.seconds)} s`);
    const large = await lookAt(place, 3);
    say(`waking ${waking}`);
    const woken = await wake(place, sleeping, waking);
    const title = `${sleeping + waking} sleeping runs, SQLite ${DURABILITY.toUpperCase()}`;
    return {
      tables: [lookTable(title, { small, large, first: 2, seeded: sleeping }), wokenTable(woken, waking)],
      verdicts: [],
      notes: [
        ...lookNotes,
        "Calls are counted by the app at the line after the sleep; the SDK runs on the same cores. All of them are due at the same millisecond, so the last one has the whole queue before it.",
      ],
    };
  } finally {
    place.remove();
  }
};

function wokenTable({ firstMs, lastMs, endedMs, rss }: Woken, waking: number): Table {
  return {
    title: `${waking} of them due at one instant`,
    columns: [
      "due → first call, ms",
      "due → last call, ms",
      "calls/s",
      "due → last run ended, ms",
      "RSS after, MiB",
    ],
    rows: [[firstMs, lastMs, (waking * 1000) / lastMs, endedMs, rss]],
  };
}

async function makeFirst(place: Place): Promise<void> {
  const { child } = await place.startServer(DURABILITY);
  const app = await place.startApp();
  await place.sync();
  await makeTemplates(place, ["sleep"], wholeSecond(Date.now() + DAY_MS));
  await child.stop();
  await app.stop();
}

function wholeSecond(at: number): number {
  return Math.ceil(at / 1000) * 1000;
}

interface Woken {
  firstMs: number;
  lastMs: number;
  endedMs: number;
  rss: number;
}

async function wake(place: Place, from: number, count: number): Promise<Woken> {
  const app = await place.startApp();
  const dueAt = wholeSecond(Date.now() + LEAD_MS);
  await seed(place, { parts: [{ kind: "sleep", from, count }], until: { at: dueAt, spreadMs: 0 } });
  const { child } = await place.startServer(DURABILITY);
  await pause(500);
  if (Date.now() > dueAt) throw new Error(`the server was ${Date.now() - dueAt} ms late for those that wake`);
  if (place.ended() > 0) throw new Error("runs have ended before they were due");
  await until(`${count} runs end`, 300_000, () => place.ended() >= count);
  const endedMs = Date.now() - dueAt;
  const of = (await seenBy(place)).functions["sleeper"];
  if (of?.count !== count) throw new Error(`${of?.count} runs were woken, not ${count}`);
  const { now: rss } = memoryMb(child.pid);
  await child.stop();
  await app.stop();
  return { firstMs: of.firstAt - dueAt, lastMs: of.lastAt - dueAt, endedMs, rss };
}
