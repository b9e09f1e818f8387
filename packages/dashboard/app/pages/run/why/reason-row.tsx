/** One thing that a run waits for: the gate, the words, who is in the way, and when it goes on. */
import type { ReactNode } from "react";
import { shortId } from "../../../data/short-id.ts";
import { Time } from "../../../data/time.tsx";
import { AppLink } from "../../../parts/link.tsx";
import { Words } from "../../../parts/words.tsx";
import { tidySentence } from "../../../parts/words-text.ts";
import { Countdown } from "./countdown.tsx";
import { gateOf, keyWords, type Reason } from "./gate-words.tsx";

export interface ReasonsProps {
  reasons: readonly Reason[];
  runId: string;
  /** Of the run that waits: where it is resumed. */
  functionId: string;
  /** Absent: the step is one of another run. */
  onStep?: ((name: string) => void) | undefined;
  nested?: boolean;
}

/** Deeper chains of invoked runs are read on their own pages. */
const DEEPEST = 5;

export function Reasons(props: ReasonsProps & { depth?: number }): ReactNode {
  const { reasons, nested, depth = 0, ...rest } = props;
  return (
    <ul className={nested ? "why-list why-nested" : "why-list"}>
      {reasons.map((reason, index) => (
        <li
          key={`${reason.gate} ${reason.step} ${index}`}
          className="why-reason"
          data-testid="why-reason"
          data-gate={reason.gate}
        >
          <ReasonRow reason={reason} depth={depth} {...rest} />
        </li>
      ))}
    </ul>
  );
}

type RowProps = Omit<ReasonsProps, "reasons" | "nested"> & { reason: Reason; depth: number };

function ReasonRow({ reason, functionId, onStep, depth }: RowProps): ReactNode {
  const { name, icon: Icon } = gateOf(reason.gate);
  const { step, invoked, message, gate } = reason;
  return (
    <>
      <div className="why-gate">
        <Icon aria-hidden size={14} />
        {name}
      </div>
      <div className="min-w-0">
        <p className="break-words" dir="auto">
          {step !== null && (
            <>
              {onStep === undefined ? (
                <bdi className="font-medium">{step}</bdi>
              ) : (
                <button type="button" className="link font-medium" onClick={() => onStep(step)}>
                  <bdi>{step}</bdi>
                </button>
              )}
              <span className="text-dim">: </span>
            </>
          )}
          <Linked text={step === null ? tidySentence(message, gate) : message.replace(` (${gate})`, "")} />
        </p>
        <More reason={reason} functionId={functionId} />
        {invoked?.run_id === null && (
          <p className="mt-1 text-xs text-dim">Its run has not been created yet.</p>
        )}
        {invoked !== undefined && invoked.waiting.length > 0 && depth < DEEPEST && (
          <Reasons
            nested
            reasons={invoked.waiting}
            runId={invoked.run_id ?? ""}
            functionId={invoked.function_id}
            depth={depth + 1}
          />
        )}
      </div>
    </>
  );
}

/** What the sentence does not say already, and where one goes from here. */
function More({ reason, functionId }: { reason: Reason; functionId: string }): ReactNode {
  const { limit, ahead, until, retry, gate, message } = reason;
  const parts: ReactNode[] = [];
  if (until !== null) parts.push(<When key="until" until={until} reason={reason} />);
  if (limit !== undefined && limit.used !== null)
    parts.push(
      <span key="used">
        <Meter used={limit.used} limit={limit.limit} /> {limit.used} of {limit.limit} in use
      </span>,
    );
  const key = keyWords(reason);
  if (key !== null && !message.includes(key))
    parts.push(
      <span key="key" className="min-w-0 break-all">
        key <code>{key}</code>
      </span>,
    );
  if (ahead !== undefined && gate !== "pause") parts.push(<span key="ahead">{aheadWords(ahead)}</span>);
  if (retry !== undefined)
    parts.push(<span key="retry">{`attempt ${retry.attempt} of ${retry.max_attempts} comes next`}</span>);
  if (gate === "pause")
    parts.push(
      <AppLink key="pause" className="link" href={`/functions/${functionId}`}>
        Resume it on the function's page
      </AppLink>,
    );
  if (gate === "app")
    parts.push(
      <AppLink key="app" className="link" href="/apps">
        See the apps
      </AppLink>,
    );
  if (limit !== undefined && limit.holders.length > 0)
    parts.push(<Holders key="holders" holders={limit.holders} />);
  return parts.length === 0 ? null : <div className="why-more">{parts}</div>;
}

/** How long until then; and the time itself, where the sentence does not have it. */
function When({ until, reason: { message, until_is } }: { until: string; reason: Reason }): ReactNode {
  const is = until_is ?? "exact";
  if (message.includes(until))
    return (
      <span>
        {{ exact: "", earliest: "at the earliest ", latest: "it times out " }[is]}
        <Countdown to={until} />
      </span>
    );
  return (
    <span>
      {{ exact: "at", earliest: "not before", latest: "at the latest" }[is]}{" "}
      <Time at={until} as="absolute" className="font-medium text-ink" /> (<Countdown to={until} />)
    </span>
  );
}

/** Said twice (number and bar), so that neither is needed. */
function Meter({ used, limit }: { used: number; limit: number }): ReactNode {
  const share = limit === 0 ? 1 : Math.min(1, used / limit);
  return (
    <span aria-hidden className="why-meter">
      <span style={{ width: `${share * 100}%` }} />
    </span>
  );
}

function aheadWords(ahead: number): string {
  if (ahead === 0) return "next in line";
  return ahead >= 1000 ? "1,000 or more ahead of it" : `${ahead} ahead of it`;
}

const HOLDERS_SHOWN = 5;

function Holders({ holders }: { holders: NonNullable<Reason["limit"]>["holders"] }): ReactNode {
  return (
    <span className="min-w-0">
      held by{" "}
      {holders.slice(0, HOLDERS_SHOWN).map(({ run_id, since }, index) => (
        <span key={`${run_id} ${since}`}>
          {index > 0 && ", "}
          <AppLink className="link" href={`/runs/${run_id}`}>
            {shortId(run_id)}
          </AppLink>{" "}
          taken <Time at={since} />
        </span>
      ))}
      {holders.length > HOLDERS_SHOWN && ` and ${holders.length - HOLDERS_SHOWN} more`}
    </span>
  );
}

/** Words with the ids of runs in them as links, and instants in the zone that was chosen. */
function Linked({ text }: { text: string }): ReactNode {
  return text.split(/\b([0-7][0-9A-HJKMNP-TV-Z]{25})\b/).map((part, index) =>
    index % 2 === 0 ? (
      <Words key={index} text={part} />
    ) : (
      <AppLink key={index} className="link" href={`/runs/${part}`} title={part}>
        {shortId(part)}
      </AppLink>
    ),
  );
}
