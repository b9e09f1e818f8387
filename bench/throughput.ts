/**
 * Runs per second through the whole engine, beside a bare loop that only calls the SDK's handler over HTTP
 * with the same requests, as many of them, as many in flight. The ratio is what durability costs.
 */
import { join } from "node:path";
import { type BareResult, IN_FLIGHT, type Workload } from "./bare-work.ts";
import { type Child, cpuMs, freePort, fromSource, startNode, until } from "./child.ts";
import { type EventKind, eventOf } from "./events.ts";
import { post } from "./http.ts";
import { type Durability, makePlace, type Place, seenBy } from "./place.ts";
import { type Bench, type BenchOptions, quantile, shown, spread } from "./report.ts";

const ROUNDS = 3;
const WARM_UP = 200;
const EVENTS_PER_REQUEST = 100;
const SENDERS = 4;
const workloads: (Workload & { title: string })[] = [
  { kind: "no-op", count: 2000, title: "no-op" },
  { kind: "three-steps", count: 800, title: "3 steps, checkpointing on" },
  { kind: "three-steps-plain", count: 600, title: "3 steps, checkpointing: false" },
];

interface Numbers {
  perSecond: number[];
  callsPerRun: number[];
  /** CPU per run in ms, of the server (or the bare loop) and of the app. */
  serverCpu: number[];
  appCpu: number[];
}
type Setup = Durability | "bare";
const setups: Setup[] = ["bare", "full", "normal"];

export const throughput: Bench = async (options) => {
  const numbers = new Map<string, Numbers>();
  const of = (setup: Setup, kind: EventKind): Numbers => {
    const key = `${setup} ${kind}`;
    const found = numbers.get(key) ?? { perSecond: [], callsPerRun: [], serverCpu: [], appCpu: [] };
    numbers.set(key, found);
    return found;
  };
  // Taking turns, so that a noisy minute of the machine hits all three.
  for (let round = 1; round <= ROUNDS; round += 1)
    for (const setup of setups) {
      options.say(`round ${round} of ${ROUNDS}, ${setup}`);
      if (setup === "bare") await bareRound(options, (kind) => of(setup, kind));
      else await engineRound(setup, options, (kind) => of(setup, kind));
    }
  const rows = workloads.flatMap(({ kind, title }) =>
    setups.map((setup) => {
      const own = of(setup, kind);
      const bare = quantile(of("bare", kind).perSecond, 0.5);
      const ratio = quantile(own.perSecond, 0.5) / bare;
      return [
        title,
        setup === "bare" ? "bare loop, nothing stored" : `SQLite ${setup.toUpperCase()}`,
        spread(own.perSecond),
        setup === "bare" ? "1" : ratio.toFixed(2),
        shown(quantile(own.callsPerRun, 0.5)),
        shown(quantile(own.serverCpu, 0.5)),
        shown(quantile(own.appCpu, 0.5)),
      ];
    }),
  );
  const columns = [
    "runs",
    "kept by",
    "runs/s",
    "engine/bare",
    "calls/run",
    "server CPU, ms/run",
    "app CPU, ms/run",
  ];
  return {
    tables: [{ title: `Runs per second, median of ${ROUNDS} rounds (lowest–highest)`, columns, rows }],
    verdicts: [],
    notes: [
      `Engine: \`stepwell start\` with its defaults (${IN_FLIGHT} calls in flight at most, log to a file), signed calls, app in a process of its own. The clock runs from the first event sent (${SENDERS} senders, ${EVENTS_PER_REQUEST} events a request) to the last run ended in the file.`,
      `Bare: the same signed requests, written beforehand, ${IN_FLIGHT} in flight, to the same app; steps in the requests as the engine would send them. With checkpointing on, a stub answers the SDK's checkpoints at once and keeps nothing. "server CPU" of a bare row is that of the loop.`,
      "FULL: an acknowledged event survives a power cut. NORMAL: a crash of the process only.",
      "Server, app and sender share the cores of the machine, so the SDK's own CPU (last column) bounds every row.",
    ],
  };
};

async function engineRound(
  durability: Durability,
  { scale, profiles }: BenchOptions,
  of: (kind: EventKind) => Numbers,
): Promise<void> {
  const place = await makePlace(1, profiles);
  try {
    const { child } = await place.startServer(durability);
    const app = await place.startApp();
    await place.sync();
    for (const { kind, count } of workloads) {
      await through(place, kind, Math.ceil(WARM_UP * scale));
      const runs = Math.ceil(count * scale);
      const [callsBefore, cpuBefore] = [(await seenBy(place)).calls, cpuOf(child, app)];
      const seconds = await through(place, kind, runs);
      const cpu = cpuOf(child, app);
      const numbers = of(kind);
      numbers.perSecond.push(runs / seconds);
      numbers.callsPerRun.push(((await seenBy(place)).calls - callsBefore) / runs);
      numbers.serverCpu.push((cpu.server - cpuBefore.server) / runs);
      numbers.appCpu.push((cpu.app - cpuBefore.app) / runs);
    }
    await child.stop();
    await app.stop();
  } finally {
    place.remove();
  }
}

/** Sends so many events and waits until all their runs have ended. */
async function through(place: Place, kind: EventKind, count: number): Promise<number> {
  const before = place.ended();
  const began = performance.now();
  let next = 0;
  const sender = async (): Promise<void> => {
    while (next < count) {
      const from = next;
      next = Math.min(count, from + EVENTS_PER_REQUEST);
      const events = Array.from({ length: next - from }, (_, at) => eventOf(kind, from + at));
      await post(place.eventUrl, events);
    }
  };
  await Promise.all(Array.from({ length: SENDERS }, sender));
  await until(`${count} runs of ${kind} end`, 120_000, () => place.ended() - before >= count);
  return (performance.now() - began) / 1000;
}

function cpuOf(server: Child, app: Child): { server: number; app: number } {
  return { server: cpuMs(server.pid), app: cpuMs(app.pid) };
}

async function bareRound({ scale }: BenchOptions, of: (kind: EventKind) => Numbers): Promise<void> {
  const place = await makePlace(1);
  try {
    const app = await place.startApp();
    const script = join(import.meta.dirname, "bare-process.ts");
    const port = await freePort();
    const env = { PORT: String(port), STUB_PORT: new URL(place.url).port, APP_URL: place.appUrl };
    const loop = startNode([...fromSource, script], env, join(place.dir, "bare.log"));
    await until("the bare loop listens", 20_000, async () => {
      return post(`http://127.0.0.1:${port}`, { kind: "no-op", count: 1 }).then(
        () => true,
        () => false,
      );
    });
    for (const { kind, count } of workloads) {
      await bare(port, kind, Math.ceil(WARM_UP * scale));
      const runs = Math.ceil(count * scale);
      const appBefore = cpuMs(app.pid);
      const { seconds, calls, loopCpuMs } = await bare(port, kind, runs);
      const numbers = of(kind);
      numbers.perSecond.push(runs / seconds);
      numbers.callsPerRun.push(calls / runs);
      numbers.serverCpu.push(loopCpuMs / runs);
      numbers.appCpu.push((cpuMs(app.pid) - appBefore) / runs);
    }
    await loop.stop();
    await app.stop();
  } finally {
    place.remove();
  }
}

async function bare(port: number, kind: EventKind, count: number): Promise<BareResult> {
  return JSON.parse((await post(`http://127.0.0.1:${port}`, { kind, count })).text) as BareResult;
}
