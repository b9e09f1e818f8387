/**
 * Fills a store with runs that sleep or wait, through the store's own commits: rows like those that the
 * engine has left there for a few runs of the same functions. Before it writes, it makes out of one of those
 * runs the rows of another one and compares them with what the engine wrote for that.
 * Argument: a `Seeding` as JSON. Prints a `Seeded`.
 */
import { isDeepStrictEqual } from "node:util";
import type { Change } from "@stepwell/core";
import { createChance } from "@stepwell/engine";
import type { Store } from "@stepwell/store";
import { openSqliteStore } from "@stepwell/store-sqlite";
import { type EventKind, eventOf } from "./events.ts";
import type { Seeded, Seeding } from "./seeding.ts";
import { identityOf, like, readTemplates, type Template } from "./template.ts";

const RUNS_PER_COMMIT = 1000;
const chance = createChance();
const seeding = JSON.parse(process.argv[2] ?? "") as Seeding;
// What is seeded needs no durability: the file is thrown away when the machine stops.
const store = await openSqliteStore({ file: seeding.file, durability: "normal" });
try {
  const began = performance.now();
  let runs = 0;
  let rows = 0;
  for (const { kind, from, count } of seeding.parts) {
    const template = await checkedTemplate(store, kind);
    const known = await pathsOf(store, template);
    for (let at = 0; at < count; at += RUNS_PER_COMMIT) {
      const now = Date.now();
      const write: Change[] = [];
      for (let n = from + at; n < from + Math.min(count, at + RUNS_PER_COMMIT); n += 1) {
        const changes = another(template, kind, n, now, known);
        rows += changes.length;
        runs += 1;
        write.push(...changes);
      }
      await store.commit({}, now, () => ({ write, reply: null }));
    }
  }
  const seeded: Seeded = { runs, rows, seconds: (performance.now() - began) / 1000 };
  process.stdout.write(JSON.stringify(seeded));
} finally {
  await store.close();
}

function another(
  template: Template,
  kind: EventKind,
  n: number,
  now: number,
  known: readonly string[],
): Change[] {
  const until = kind === "sleep" ? untilOf(n) : null;
  const { data } = eventOf(kind, n, until ?? 0);
  const id = (): string => chance.id(now);
  const ids = {
    eventId: id(),
    runId: id(),
    wakeIds: template.wakes.map(id),
    waitIds: template.waits.map(id),
  };
  return like(template, { ...ids, at: now, data, until }, known);
}

/** Spread over `until.spreadMs` in an order that has nothing to do with that of the runs. */
function untilOf(n: number): number {
  const { at, spreadMs } = seeding.until;
  const share = ((n * 2_654_435_761) % 2 ** 32) / 2 ** 32;
  return at + Math.floor((share * spreadMs) / 1000) * 1000;
}

/** @throws Error when a run made from one template is not what the engine wrote for the other */
async function checkedTemplate(store: Store, kind: EventKind): Promise<Template> {
  const [template, other] = await readTemplates(store, eventOf(kind, 0).name);
  if (template === undefined || other === undefined)
    throw new Error(`the engine has left no two runs of ${kind}`);
  const known = await pathsOf(store, template);
  const made = like(template, identityOf(other), known);
  const real = like(other, identityOf(other), known);
  const wrote = writtenBy(other);
  if (!isDeepStrictEqual(real, wrote))
    throw new Error(
      `a copy differs from the engine's rows:\n${JSON.stringify(real)}\n${JSON.stringify(wrote)}`,
    );
  if (!isDeepStrictEqual(withoutTimes(made), withoutTimes(wrote)))
    throw new Error(`rows of ${kind} differ:\n${JSON.stringify(made)}\n${JSON.stringify(wrote)}`);
  return template;
}

/** The rows of a run as the engine wrote them, as changes. */
function writtenBy({ event, body, gate, run, state, history, wakes, waits }: Template): Change[] {
  const { seq: _eventSeq, ...eventRow } = event;
  const { seq: _runSeq, ...runRow } = run;
  return [
    { insert: "events", row: eventRow },
    { insert: "payloads", row: { owner: event.id, name: "event", value: body } },
    { put: "gateCells", row: gate },
    { insert: "runs", row: runRow },
    { insert: "runStates", row: { runId: run.id, state } },
    ...history.map(({ id: _id, ...row }): Change => ({ insert: "history", row })),
    ...wakes.map((row): Change => ({ insert: "wakes", row })),
    ...waits.map(({ seq: _seq, ...row }): Change => ({ insert: "waits", row })),
  ];
}

/** Two runs of the engine took a millisecond more or less between two rows; nothing else may differ. */
function withoutTimes(changes: readonly Change[]): unknown {
  return JSON.parse(
    JSON.stringify(changes, (name, value: unknown) =>
      typeof value === "number" && value > 1e12 && name !== "n" ? "an instant" : value,
    ),
  );
}

async function pathsOf(store: Store, template: Template): Promise<string[]> {
  const name = template.waits[0]?.name;
  return name === undefined ? [] : store.read.waitPaths(name);
}
