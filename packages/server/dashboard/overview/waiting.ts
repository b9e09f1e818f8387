/** Runs that have been queued for long, with what keeps the oldest of a function. */
import type { Attention } from "@stepwell/api/dashboard";
import type { FunctionId, Instant } from "@stepwell/core";
import type { Engine } from "@stepwell/engine";
import type { BacklogLine } from "@stepwell/store";
import { isoTime } from "../../reply.ts";
import { countText } from "../functions/duration-text.ts";
import type { Known } from "./known.ts";
import { runsLink } from "./links.ts";

const LONG_MS = 5 * 60_000;
/** Why a run waits takes some ten reads. */
const MOST_FUNCTIONS = 10;
const MOST_COUNTED = 1_000;

/** @param backlog queued runs by function, the longest wait first */
export async function longWaits(
  known: Known,
  backlog: readonly BacklogLine[],
  now: Instant,
  engine: Engine,
): Promise<Attention[]> {
  const before = now - LONG_MS;
  const long = backlog.filter(({ functionId, oldestAt }) => oldestAt < before && isActive(known, functionId));
  const found = await Promise.all(
    long.slice(0, MOST_FUNCTIONS).map((line) => longWait(known, line, before, engine)),
  );
  return found.filter((one) => one !== null);
}

/** What a pause holds is told as such. */
function isActive(known: Known, id: FunctionId): boolean {
  return known.fn(id)?.mode === "active";
}

async function longWait(
  known: Known,
  { functionId, oldestAt, oldestRunId }: BacklogLine,
  before: Instant,
  engine: Engine,
): Promise<Attention | null> {
  const [reason] = await engine.why(oldestRunId);
  // It was sent to start later: nothing is wrong with that.
  if (reason?.gate === "start") return null;
  const queued = { status: ["queued" as const], functionIds: [functionId], until: before };
  const count = await engine.read.countRuns(queued, MOST_COUNTED);
  const { name, slug } = known.functionName(functionId);
  const many = `${countText(count, "run")}${count >= MOST_COUNTED ? " or more" : ""}`;
  const why = reason === undefined ? "" : `: ${reason.message}`;
  return {
    kind: "waiting",
    severity: "warning",
    text: `${name}: ${many} queued for over 5 minutes${why}`,
    since: isoTime(oldestAt),
    href: runsLink(["status", "queued"], ["function", slug], ["until", "5m"]),
  };
}
