/** The month: every tick that the cron library counts has made one run, and each has completed. */
import { Cron } from "croner";
import { monthAfter, moveTo } from "./demo-clock.ts";
import type { Schedule, Server, Span, Tick } from "./demo-server.ts";
import { chapter, count, detail, expectThat, tick } from "./demo-steps.ts";

export type Month = Span & {
  /** What became of a job's ticks. */
  ticksOf(jobId: string): Tick[];
};

/** Moves the clock to a month after the beginning, and compares. */
export async function letTheMonthPass(server: Server, since: string): Promise<Month> {
  chapter("The rest of the month passes");
  const after = new Date(since);
  const { now } = await moveTo(server, monthAfter(after));
  const span = { after, until: new Date(now) };
  const ticks = new Map<string, Tick[]>();
  for (const schedule of await server.schedules()) {
    const found = await server.ticks(schedule, span);
    checkTicks(schedule, span, found);
    ticks.set(schedule.function.slug, found);
  }
  const total = [...ticks.values()].reduce((sum, found) => sum + found.length, 0);
  tick(
    `${count(total, "tick")} since the beginning, as many as the cron library counts; each run has completed`,
  );
  for (const [slug, found] of ticks) detail(`${found.length.toLocaleString("en").padStart(6)}  ${slug}`);
  return { ...span, ticksOf: (jobId) => ticks.get(`saas-${jobId}`) ?? [] };
}

function checkTicks({ function: { slug }, cron, zone }: Schedule, span: Span, ticks: Tick[]): void {
  const expected = listTicks(cron, zone, span);
  const times = ticks.map(({ scheduledAt }) => new Date(scheduledAt).toISOString());
  const has = new Set(times);
  const missing = expected.filter((time) => !has.has(time));
  const counts = `${slug} (${cron}) has ${times.length} ticks, and the cron library counts ${expected.length}`;
  expectThat(missing.length === 0, `${counts}; the first that is missing: ${missing[0]}`);
  expectThat(times.length === expected.length, counts);
  const unwell = ticks.find(({ outcome, runStatus }) => outcome !== "STARTED" || runStatus !== "COMPLETED");
  expectThat(
    unwell === undefined,
    `The tick ${unwell?.scheduledAt} of ${slug} is ${unwell?.outcome}, its run ${unwell?.runId} ${unwell?.runStatus}`,
  );
  const runs = new Set(ticks.map(({ runId }) => runId)).size;
  expectThat(runs === ticks.length, `${slug} has ${ticks.length} ticks and only ${runs} runs`);
}

function listTicks(cron: string, timezone: string, { after, until }: Span): string[] {
  const times: string[] = [];
  const schedule = new Cron(cron.replace(/^(?:CRON_)?TZ=\S+\s+/, ""), { timezone });
  for (let next = schedule.nextRun(after); next && next <= until; next = schedule.nextRun(next)) {
    times.push(next.toISOString());
  }
  return times;
}
