/** All about one span: what it is, what went in, what came out, what broke. Beside the timeline, or a sheet on phones. */

import type { RunView } from "@stepwell/api/dashboard";
import { X } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Button } from "../../../parts/button.tsx";
import { Copy } from "../../../parts/copy.tsx";
import { Drawer } from "../../../parts/dialog.tsx";
import { Tabs } from "../../../parts/tabs.tsx";
import { kindWords, SpanIcon } from "../waterfall/span-words.tsx";
import { kindOf, type Span, titleOf } from "../waterfall/spans.ts";
import { Attempts } from "./attempts.tsx";
import { dataOfOutput, type Failure, failureOfOutput } from "./failure.ts";
import { FailureView } from "./failure-view.tsx";
import { Payload } from "./payload.tsx";
import { Resizer } from "./resizer.tsx";
import { Summary } from "./summary.tsx";

export interface DetailProps {
  span: Span;
  run: RunView;
  now: number;
  /** A sheet from below instead of a panel at the side. */
  sheet: boolean;
  onClose(): void;
  onSelect(id: string): void;
  /** Absent: the span is no step that a rerun can begin with. */
  onRerun?: (() => void) | undefined;
}
type DetailTab = "summary" | "input" | "output" | "error" | "attempts";

export function Detail(props: DetailProps): ReactNode {
  const { span, sheet, onClose } = props;
  if (sheet)
    return (
      <Drawer open onClose={onClose} title={<Heading span={span} />} testId="detail-panel">
        <Content {...props} />
      </Drawer>
    );
  return (
    <Resizer>
      <section className="detail" aria-label={`Details of ${titleOf(span)}`} data-testid="detail-panel">
        <header className="detail-head">
          <h2 className="min-w-0 flex-1 font-semibold">
            <Heading span={span} />
          </h2>
          <Button
            kind="quiet"
            size="small"
            label="Close the details"
            icon={<X aria-hidden size={16} />}
            onClick={onClose}
          />
        </header>
        <div className="detail-body">
          <Content {...props} />
        </div>
      </section>
    </Resizer>
  );
}

function Heading({ span }: { span: Span }): ReactNode {
  return (
    <span className="flex min-w-0 items-center gap-2">
      <SpanIcon span={span} size={16} />
      <bdi className="detail-name" title={titleOf(span)}>
        {titleOf(span)}
      </bdi>
      <span className="shrink-0 text-xs font-normal text-dim">{kindWords(span)}</span>
    </span>
  );
}

function Content({ span, run, now, onSelect, onRerun }: DetailProps): ReactNode {
  const [chosen, choose] = useState<DetailTab | null>(null);
  const failure = failureOf(span, run);
  const output = dataOfOutput(span.output);
  const tabs: { id: DetailTab; title: string; count?: number }[] = [{ id: "summary", title: "Summary" }];
  if (failure !== null) tabs.unshift({ id: "error", title: "Error" });
  if (span.input !== undefined && span.input !== null) tabs.push({ id: "input", title: "Input" });
  if (output !== undefined) tabs.push({ id: "output", title: "Output" });
  if (span.children.length > 0 && kindOf(span) !== "run")
    tabs.push({ id: "attempts", title: "Attempts", count: span.children.length });
  const tab = tabs.find(({ id }) => id === chosen)?.id ?? tabs[0]?.id ?? "summary";
  return (
    <>
      <Tabs<DetailTab> className="detail-tabs" label="Details" tabs={tabs} value={tab} onChange={choose}>
        <div className="pt-3">
          {tab === "summary" && <Summary span={span} run={run} now={now} />}
          {tab === "error" && failure !== null && <FailureView failure={failure} raw={rawError(span, run)} />}
          {tab === "input" && (
            <Payload
              key={span.id}
              value={span.input}
              label="Input"
              name={`${span.name}-input`}
              root="input"
            />
          )}
          {tab === "output" && (
            <Payload key={span.id} value={output} label="Output" name={`${span.name}-output`} root="output" />
          )}
          {tab === "attempts" && <Attempts span={span} now={now} onSelect={onSelect} />}
        </div>
      </Tabs>
      <div className="mt-4 flex flex-wrap gap-2 border-t border-line pt-3">
        {onRerun !== undefined && (
          <Button size="small" onClick={onRerun}>
            Rerun from here…
          </Button>
        )}
        <Copy text={() => JSON.stringify(span, null, 2)} label="Copy JSON of this step">
          Copy JSON
        </Copy>
      </div>
    </>
  );
}

/** What a span failed with; of the run, what ended it. */
function failureOf(span: Span, run: RunView): Failure | null {
  if (kindOf(span) === "run") return run.failure;
  const own = failureOfOutput(span.output);
  if (own !== null || span.status === "COMPLETED") return own;
  // While it is being retried, the newest try tells why.
  return failureOfOutput(span.children.findLast((child) => child.status === "FAILED")?.output);
}

function rawError(span: Span, run: RunView): unknown {
  if (kindOf(span) === "run") return run.failure;
  const { output } = span;
  if (typeof output === "object" && output !== null && "error" in output) return output.error;
  return span.children.findLast((child) => child.status === "FAILED")?.output ?? null;
}
