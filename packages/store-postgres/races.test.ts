/** Several nodes on one database at once: what they may do to each other, and what not. */
import { type Change, claim, type Limits, type Moment, type NewRow } from "@stepwell/core";
import type { Ask, Store } from "@stepwell/store";
import { afterAll, afterEach, expect, inject, test } from "vitest";
import { createDatabase, until } from "./fixtures/database.ts";

const database = await createDatabase(inject("postgresUri"));
afterEach(() => database.closeStores());
afterAll(() => database.remove());

const NOW = 1_700_000_000_000;
const NODES = 3;

async function openNodes(): Promise<{ schema: string; nodes: Store[] }> {
  const schema = database.freshSchema();
  const nodes: Store[] = [];
  for (let count = 0; count < NODES; count += 1) nodes.push(await database.open({ schema }));
  await nodes[0]?.migrate();
  return { schema, nodes };
}

/** Numbers that are the same in each run of the test. */
function dice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
let ids = 0;
const moment: Moment = { now: NOW, id: () => `id${String((ids += 1)).padStart(9, "0")}`, roll: () => 0.5 };

const asLimits = (of: (cell: string) => number): Limits => ({ of, pace: () => null, isPaused: () => false });
const queued = (id: string, lane: string, cells: string[], score: number): Change[] => [
  {
    insert: "wakes",
    row: {
      id,
      job: { kind: "call", call: { target: null, attempt: 0, generation: 1 } },
      runId: `run-${id}`,
      lane,
      score,
      dueAt: NOW,
    },
  },
  { insert: "nudges", row: { pool: "p", lane, cells, score, gone: null } },
];

test("three claimers on one pool: no limit is exceeded, no wake is granted twice, none is left", async () => {
  const { schema, nodes } = await openNodes();
  const [wakes, keys, limit, shared] = [600, 30, 2, 20];
  const limits = (cell: string) => (cell === "shared" ? shared : limit);
  for (let at = 0; at < wakes; at += 100)
    await nodes[0]?.commit({}, NOW, () => ({
      write: Array.from({ length: 100 }, (_, n) =>
        queued(`w${at + n}`, `lane${(at + n) % keys}`, [`key${(at + n) % keys}`, "shared"], at + n),
      ).flat(),
      reply: null,
    }));
  const granted: string[] = [];
  let busy = 0;
  let open = wakes;

  async function work(store: Store, node: string): Promise<void> {
    while (open > 0) {
      const ask = { pool: { pool: "p", want: 10, limits } };
      const leases = await store.commit(ask, NOW, (seen) => {
        if (seen.pool === "busy") return { write: [], reply: null };
        const { write, leases } = claim("p", seen.pool, 10, asLimits(limits), node, moment);
        return { write, reply: leases };
      });
      if (leases === null) busy += 1;
      granted.push(...(leases ?? []).map((lease) => lease.runId));
      await Promise.all(
        (leases ?? []).map((lease) =>
          store.commit({ lease: lease.id, run: { runId: lease.runId, steps: [] } }, NOW, (seen) => {
            if (seen.lease?.freed !== false) throw new Error(`lease ${lease.id} is not live`);
            return {
              write: [{ update: "leases", key: { id: lease.id }, set: { freed: true } }],
              reply: null,
            };
          }),
        ),
      );
      open -= leases?.length ?? 0;
    }
  }

  const audits: unknown[] = [];
  async function audit(): Promise<void> {
    while (open > 0) {
      const used = await database.query(`select c.cell, c.used::int, coalesce(n.live, 0)::int as live
        from ${schema}.cells c full join (select cell, count(*) as live from ${schema}.leases,
          json_array_elements_text(cells::json) cell group by cell) n on n.cell = c.cell`);
      audits.push(
        ...used.filter(
          (row) => row["used"] !== row["live"] || Number(row["used"]) > limits(String(row["cell"])),
        ),
      );
    }
  }
  await Promise.all([...nodes.map((store, node) => work(store, `n${node}`)), audit()]);
  expect(audits).toEqual([]);
  expect(new Set(granted).size).toBe(granted.length);
  expect(granted).toHaveLength(wakes);
  expect(busy).toBeGreaterThan(0);
  const left = await database.query(`select (select count(*)::int from ${schema}.wakes) as wakes`);
  expect(left).toEqual([{ wakes: 0 }]);
});

test("overlapping commits of three nodes over the same keys: every one counts", async () => {
  const { nodes } = await openNodes();
  const roll = dice(7);
  const expected = new Map<string, number>();
  const commits = Array.from({ length: 900 }, (_, index) => {
    const gates = [...new Set([roll(5), roll(5), roll(5)].map((n) => `g${n}`))];
    for (const gate of gates) expected.set(gate, (expected.get(gate) ?? 0) + 1);
    return nodes[index % NODES]?.commit({ gates }, NOW, (seen) => ({
      write: gates.map((key) => ({
        put: "gateCells",
        row: { key, state: ((seen.gates.get(key)?.state as number | undefined) ?? 0) + 1, expiresAt: null },
      })),
      reply: null,
    }));
  });
  await Promise.all(commits);
  const seen = await nodes[0]?.commit({ gates: [...expected.keys()] }, NOW, ({ gates }) => ({
    write: [],
    reply: gates,
  }));
  expect(new Map([...(seen ?? [])].map(([key, cell]) => [key, cell.state]))).toEqual(expected);
});

test("of three nodes that make the first user at once, one does; a bulk job's items are taken once", async () => {
  const { nodes } = await openNodes();
  const makers = nodes.flatMap((store, node) =>
    [0, 1].map((n) =>
      store.commit({ users: true }, NOW, ({ users }) => {
        const row = {
          id: `u${node}${n}`,
          name: `n${node}${n}`,
          role: "admin",
          passwordHash: null,
          oidcSubject: null,
          createdAt: NOW,
          lastSeenAt: null,
          disabled: false,
        } as const;
        return { write: users.length === 0 ? [{ insert: "users", row }] : [], reply: users.length };
      }),
    ),
  );
  expect((await Promise.all(makers)).sort()).toEqual([0, 1, 1, 1, 1, 1]);
  const job: NewRow<"bulkJobs"> = {
    id: "j",
    action: "cancel",
    status: "running",
    filter: null,
    rate: 1,
    total: 60,
    done: 0,
    skipped: 0,
    failed: 0,
    errors: [],
    createdBy: "u",
    createdAt: NOW,
    startsAt: NOW,
    endedAt: null,
  };
  const items = Array.from({ length: 60 }, (_, ord): Change => {
    const row = { jobId: "j", ord, runId: `r${ord}`, outcome: "waiting", newRunId: null } as const;
    return { insert: "bulkItems", row };
  });
  await nodes[0]?.commit({}, NOW, () => ({
    write: [{ insert: "bulkJobs", row: job }, ...items],
    reply: null,
  }));
  const takes = Array.from({ length: 12 }, (_, n) =>
    nodes[n % NODES]?.commit({ bulkJob: { id: "j", most: 7 } }, NOW, ({ bulkJob }) => {
      const taken = (bulkJob?.waiting ?? []).map(({ ord }) => ord);
      const done = (ord: number): Change => ({
        update: "bulkItems",
        key: { jobId: "j", ord },
        set: { outcome: "done" },
      });
      return { write: taken.map(done), reply: taken };
    }),
  );
  const taken = (await Promise.all(takes)).flatMap((one) => one ?? []);
  expect(taken.sort((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, ord) => ord));
});

test("the same event received by three nodes at once is stored once, and each of them knows", async () => {
  const { schema, nodes } = await openNodes();
  const row = (id: string): NewRow<"events"> => ({
    id,
    externalId: id,
    name: "n",
    ts: NOW,
    receivedAt: NOW,
    internal: false,
  });
  const receive = (store: Store, ids: string[]) =>
    store.commit({ events: ids }, NOW, (seen) => {
      const fresh = ids.filter((id) => !seen.events.has(id));
      return { write: fresh.map((id) => ({ insert: "events", row: row(id) })), reply: fresh.length };
    });
  const stored = await Promise.all(
    Array.from({ length: 60 }, (_, n) => `e${n}`).flatMap((id) => nodes.map((store) => receive(store, [id]))),
  );
  expect(stored.reduce((sum, count) => sum + count, 0)).toBe(60);
  expect(await database.query(`select count(*)::int as count from ${schema}.events`)).toEqual([
    { count: 60 },
  ]);
});

test("of two commits that lock the same run, the later one has the higher numbers, on whichever node", async () => {
  const { schema, nodes } = await openNodes();
  await nodes[0]?.commit({}, NOW, () => ({
    write: [{ put: "gateCells", row: { key: "order", state: [], expiresAt: null } }],
    reply: null,
  }));
  await Promise.all(
    Array.from({ length: 300 }, (_, n) =>
      nodes[n % NODES]?.commit({ gates: ["order"] }, NOW, (seen) => {
        const order = (seen.gates.get("order")?.state ?? []) as string[];
        const id = `w${n}`;
        return {
          write: [
            { put: "gateCells", row: { key: "order", state: [...order, id], expiresAt: null } },
            {
              insert: "waits",
              row: {
                id,
                kind: "event",
                name: "n",
                anchor: "*",
                runId: "r",
                step: null,
                expression: null,
                openedAt: NOW,
                until: null,
              },
            },
          ],
          reply: null,
        };
      }),
    ),
  );
  const [cell] = await database.query(`select state from ${schema}.gate_cells where key = 'order'`);
  const waits = await database.query(`select id from ${schema}.waits order by seq`);
  expect(waits.map((wait) => wait["id"])).toEqual(JSON.parse(String(cell?.["state"])));
});

test("a reader that follows by transaction and number, up to the oldest open transaction, misses nothing", async () => {
  const { schema, nodes } = await openNodes();
  const total = 600;
  const found: number[] = [];
  let last: [tx: string, seq: number] = ["0", 0];
  let done = 0;
  const row = (id: string): NewRow<"events"> => ({
    id,
    externalId: id,
    name: "n",
    ts: NOW,
    receivedAt: NOW,
    internal: false,
  });
  const insert = (store: Store, id: string) =>
    store.commit({}, NOW, () => ({ write: [{ insert: "events", row: row(id) }], reply: null }));
  const writing = Promise.all(
    nodes.map(async (store, node) => {
      for (let at = 0; at < total / NODES; at += 4) {
        await Promise.all([0, 1, 2, 3].map((n) => insert(store, `${node}-${at + n}`)));
        done += 4;
      }
    }),
  );
  const follow = async (): Promise<void> => {
    const rows = await database.query(
      `select tx::text, seq::int from ${schema}.events
        where (tx, seq) > ($1::xid8, $2) and tx < pg_snapshot_xmin(pg_current_snapshot()) order by tx, seq`,
      last,
    );
    for (const { tx, seq } of rows) {
      last = [String(tx), Number(seq)];
      found.push(Number(seq));
    }
  };
  while (done < total) await follow();
  await writing;
  // Other databases of the server have open transactions, too.
  await until("the last of them", async () => {
    await follow();
    return found.length >= total;
  });
  const all = await database.query(`select seq::int from ${schema}.events order by seq`);
  expect(found.toSorted((a, b) => a - b)).toEqual(all.map(({ seq }) => seq));
});

test("ten seconds of mixed commits on three nodes: no deadlock, no error", { timeout: 60_000 }, async () => {
  const { schema, nodes } = await openNodes();
  const roll = dice(11);
  const deadlocks = async () => {
    const [row] = await database.query(
      "select deadlocks::int as deadlocks from pg_stat_database where datname = current_database()",
    );
    return Number(row?.["deadlocks"]);
  };
  const before = await deadlocks();
  let done = 0;
  const end = performance.now() + 10_000;
  const names = (prefix: string, of: number, most: number) => [
    ...new Set(Array.from({ length: 1 + roll(most) }, () => `${prefix}${roll(of)}`)),
  ];

  function kinds(store: Store, node: string): (() => Promise<unknown>)[] {
    const commit = (ask: Ask, write: Change[]) => store.commit(ask, NOW, () => ({ write, reply: null }));
    const step = () => {
      const runId = `r${roll(40)}`;
      const id = moment.id();
      return commit({ run: { runId, steps: [id] }, signals: names("s", 10, 2) }, [
        { insert: "history", row: { runId, at: NOW, kind: "step.planned", step: null, data: {} } as never },
        {
          insert: "waits",
          row: {
            id,
            kind: "event",
            name: `n${roll(9)}`,
            anchor: "*",
            runId,
            step: null,
            expression: null,
            openedAt: NOW,
            until: null,
          },
        },
        ...queued(id, `lane${roll(30)}`, [`key${roll(30)}`], roll(1000)),
      ]);
    };
    const gates = () =>
      commit(
        { gates: names("g", 20, 4) },
        names("g", 20, 1).map((key) => ({
          put: "gateCells",
          row: { key: `${node}${key}`, state: 1, expiresAt: null },
        })),
      );
    const clear = () => {
      const runId = `r${roll(40)}`;
      return commit({ run: { runId, steps: [] } }, [{ clear: "waits", runId }]);
    };
    const claims = () =>
      store.commit({ pool: { pool: "p", want: 10, limits: () => 3 } }, NOW, (seen) => {
        if (seen.pool === "busy") return { write: [], reply: null };
        const { write, leases } = claim(
          "p",
          seen.pool,
          10,
          asLimits(() => 3),
          node,
          moment,
        );
        // Freed in the same breath: what counts here is who waits for whom.
        return { write, reply: void free.push(...leases.map((lease) => lease.id)) };
      });
    const free: string[] = [];
    const release = () => {
      const id = free.pop();
      return id === undefined
        ? claims()
        : commit({ lease: id }, [{ update: "leases", key: { id }, set: { freed: true } }]);
    };
    return [step, gates, clear, claims, release, release];
  }

  async function work(store: Store, node: string): Promise<void> {
    const choices = kinds(store, node);
    while (performance.now() < end) {
      await Promise.all(Array.from({ length: 12 }, () => choices[roll(choices.length)]?.()));
      done += 12;
    }
  }
  await Promise.all(nodes.map((store, node) => work(store, `n${node}`)));
  expect(await deadlocks()).toBe(before);
  expect(done).toBeGreaterThan(200);
  const over =
    await database.query(`select cell from ${schema}.leases, json_array_elements_text(cells::json) cell
    where not freed group by cell having count(*) > 3`);
  expect(over).toEqual([]);
});
