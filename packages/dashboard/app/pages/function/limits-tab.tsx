/** Each limit in words, and how full it is for each key that is in use. */
import type { LimitUse } from "@stepwell/api/dashboard";
import { CircleGauge, Hourglass, OctagonAlert } from "lucide-react";
import { Card } from "../../parts/card.tsx";
import { Empty } from "../../parts/states.tsx";
import { Words } from "../../parts/words.tsx";
import {
  type Fullness,
  fullnessOf,
  type LimitKey,
  shareOf,
  sortKeys,
  summariseKeys,
  wordsOfUse,
} from "./limits.ts";

export function LimitsTab({ limits }: { limits: readonly LimitUse[] }) {
  if (limits.length === 0)
    return (
      <Card>
        <Empty title="No limits" icon={<CircleGauge aria-hidden size={22} />}>
          <p>
            This function starts and runs as much as comes in. Limits like concurrency or throttle are set in
            code.
          </p>
        </Empty>
      </Card>
    );
  return (
    <div className="flex flex-col gap-4">
      {limits.map((limit) => (
        <Limit key={`${limit.option} ${limit.text}`} limit={limit} />
      ))}
    </div>
  );
}

function Limit({ limit }: { limit: LimitUse }) {
  const full = summariseKeys(limit.keys);
  return (
    <Card
      title={<code className="text-sm">{limit.option}</code>}
      note={<Words text={limit.text} />}
      actions={full && <FullMark words={full} />}
      testId="limit"
      flush
    >
      {limit.keys.length === 0 ? (
        <p className="px-4 pb-3 text-dim">
          {limit.option === "priority"
            ? "It holds nothing back; it sets the order."
            : "Nothing counts against it now."}
        </p>
      ) : (
        <ul className="divide-y divide-line border-t border-line">
          {sortKeys(limit.keys).map((key) => (
            <li key={key.key ?? ""}>
              <KeyUse limit={limit} use={key} />
            </li>
          ))}
        </ul>
      )}
      {limit.more && (
        <p className="border-t border-line px-4 py-2 text-xs text-dim">
          There are more keys; these are the fullest.
        </p>
      )}
    </Card>
  );
}

const colours: Record<Fullness, string> = { free: "bg-chart", busy: "bg-waiting", full: "bg-failed" };

function KeyUse({ limit, use }: { limit: LimitUse; use: LimitKey }) {
  const fullness = fullnessOf(use);
  return (
    <div className="grid items-center gap-x-4 gap-y-1 px-4 py-2 sm:grid-cols-[minmax(0,14rem)_minmax(0,1fr)_12rem_9rem]">
      <span className="truncate" title={use.key ?? undefined}>
        {use.key === null ? <span className="text-dim">all together</span> : <code>{use.key}</code>}
      </span>
      <span className="h-2 rounded-full bg-line" aria-hidden>
        <span
          className={`block h-full rounded-full ${colours[fullness]}`}
          style={{ width: `${shareOf(use) * 100}%` }}
        />
      </span>
      <span className="text-dim tabular-nums">
        {wordsOfUse(limit.option, use)}
        {use.note && (
          <span className="block text-xs">
            <Words text={use.note} />
          </span>
        )}
      </span>
      <span className="sm:text-right">
        {use.waiting ? (
          <span className="inline-flex items-center gap-1 align-middle font-medium text-failed">
            <Hourglass aria-hidden size={14} />
            Full, runs wait
          </span>
        ) : (
          fullness === "full" && <FullMark words="Full" />
        )}
      </span>
    </div>
  );
}

function FullMark({ words }: { words: string }) {
  return (
    <span className="inline-flex items-center gap-1 font-medium whitespace-nowrap text-failed">
      <OctagonAlert aria-hidden size={14} />
      {words}
    </span>
  );
}
