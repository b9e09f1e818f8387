/** Runs a run again: from the start, or from one of its steps with the results before it kept. */
import type { RunView } from "@stepwell/api/dashboard";
import { TriangleAlert } from "lucide-react";
import { type ReactNode, useMemo, useState } from "react";
import { useAct } from "../../../data/api.ts";
import { Drawer } from "../../../parts/dialog.tsx";
import { SelectField } from "../../../parts/fields.tsx";
import { FormDialog } from "../../../parts/form-dialog.tsx";
import { JsonEditor } from "../../../parts/json-editor.tsx";
import { useGo } from "../../../parts/link.tsx";
import { Failure, Skeleton } from "../../../parts/states.tsx";
import { useSpanPayload } from "../use-trace.ts";
import { kindWords, SpanIcon } from "../waterfall/span-words.tsx";
import { findSpan, type Span, titleOf } from "../waterfall/spans.ts";
import { inputText, planRerun, readInput, rerunnableSteps, stepIdOf, takesInput } from "./rerun-plan.ts";

export interface RerunProps {
  run: RunView;
  root: Span;
  /** Spans whose payloads have to be asked for. */
  cut: readonly string[];
  /** Id of a span; null: from the start. */
  from: string | null;
  onClose(): void;
}
const START = "start";

export function RerunDrawer({ run, root, cut, from, onClose }: RerunProps): ReactNode {
  const steps = useMemo(() => rerunnableSteps(root), [root]);
  const [chosen, choose] = useState(steps.some(({ id }) => id === from) ? (from as string) : START);
  const [texts, setTexts] = useState<ReadonlyMap<string, string>>(new Map());
  const go = useGo();
  const act = useAct("rerunRun", {
    quiet: true,
    invalidates: ["listRuns", "countRuns", "getRun"],
    success: "Started again, as a new run",
    onDone: ({ runId }) => {
      onClose();
      go(`/runs/${runId}`);
    },
  });
  const plain = chosen === START ? null : findSpan(root, chosen);
  const { span, loading } = useSpanPayload(run.id, plain, cut);
  const text = span === null ? "" : (texts.get(span.id) ?? inputText(span));
  const read = span !== null && takesInput(span) ? readInput(text, span) : { is: "same" as const };
  const submit = () => {
    if (read.is === "wrong" || loading) return;
    const input = read.is === "other" ? { input: read.input } : {};
    const fromStep = span === null ? {} : { fromStep: { stepId: stepIdOf(span), ...input } };
    act.mutate({ params: { id: run.id }, body: fromStep });
  };
  return (
    <FormDialog
      frame={Drawer}
      onClose={onClose}
      title="Run again"
      testId="rerun-drawer"
      submit={span === null ? "Rerun from the start" : "Rerun from this step"}
      busy={act.isPending}
      disabledWhy={read.is === "wrong" ? "The arguments are not right yet" : true}
      onSubmit={submit}
    >
      <div className="flex flex-col gap-4">
        <p className="text-dim">
          A new run begins with the same {run.events > 1 ? "events" : "event"} and the code that the app has
          now. This run stays as it is.
        </p>
        <SelectField
          label="Begin with"
          value={chosen}
          onChange={choose}
          options={[
            { value: START, label: "The start: every step runs again" },
            ...steps.map((step) => ({
              value: step.id,
              label: `${titleOf(step)}${step.status === "FAILED" ? " (failed)" : ""}`,
            })),
          ]}
        />
        {steps.length === 0 && (
          <p className="text-dim">No step has a result yet, so it can only begin at the start.</p>
        )}
        {loading && <Skeleton lines={3} />}
        {span !== null && takesInput(span) && !loading && (
          <div>
            <p className="mb-1 font-medium">Arguments of {titleOf(span)}</p>
            <JsonEditor
              label={`Arguments of ${titleOf(span)}`}
              value={text}
              lines={6}
              onChange={(next) => setTexts(new Map(texts).set(span.id, next))}
              error={read.is === "wrong" ? read.why : null}
            />
            <p className="mt-1 text-xs text-dim">
              {read.is === "other"
                ? "Changed: the step gets these."
                : "A JSON array, one entry for each argument. Unchanged, the step gets those of its code."}
            </p>
          </div>
        )}
        <Plan root={root} chosen={chosen === START ? null : chosen} />
        <Failure error={act.error} title="It was not started" />
      </div>
    </FormDialog>
  );
}

function Plan({ root, chosen }: { root: Span; chosen: string | null }): ReactNode {
  const plan = useMemo(() => planRerun(root, chosen ?? ""), [root, chosen]);
  const { kept, again, acting } = plan;
  const repeated = acting.filter(({ status }) => status === "COMPLETED");
  return (
    <>
      {repeated.length > 0 && (
        <div className="flex gap-2 rounded-md border border-line bg-sunken p-3">
          <TriangleAlert aria-hidden size={16} className="mt-0.5 shrink-0 text-waiting" />
          <p className="min-w-0">
            <strong>
              {repeated.length === 1
                ? "One step that had succeeded executes"
                : `${repeated.length} steps that had succeeded execute`}{" "}
              again:
            </strong>{" "}
            <bdi>{listWords(repeated)}</bdi>. What they do outside (a mail, a charge) happens a second time.
          </p>
        </div>
      )}
      {kept.length > 0 && <Steps title={`Kept (${kept.length}): results are reused`} steps={kept} />}
      {again.length > 0 && <Steps title={`Run again (${again.length})`} steps={again} />}
      {again.length > 0 && (
        <p className="text-xs text-dim">
          Which steps follow depends on the code: it may take another way this time.
        </p>
      )}
    </>
  );
}

const SHOWN = 50;

function Steps({ title, steps }: { title: string; steps: readonly Span[] }): ReactNode {
  return (
    <section aria-label={title}>
      <h3 className="mb-1 font-medium">{title}</h3>
      <ul className="rounded-md border border-line">
        {steps.slice(0, SHOWN).map((span) => (
          <li
            key={span.id}
            className="flex min-h-8 items-center gap-2 border-b border-line px-3 py-1 last:border-0"
          >
            <SpanIcon span={span} />
            <bdi className="min-w-0 flex-1 truncate" title={titleOf(span)}>
              {titleOf(span)}
            </bdi>
            <span className="shrink-0 text-xs text-dim">{kindWords(span)}</span>
          </li>
        ))}
        {steps.length > SHOWN && <li className="px-3 py-1 text-dim">and {steps.length - SHOWN} more</li>}
      </ul>
    </section>
  );
}

function listWords(steps: readonly Span[]): string {
  const names = steps.slice(0, 5).map(titleOf).join(", ");
  return steps.length > 5 ? `${names} and ${steps.length - 5} more` : names;
}
