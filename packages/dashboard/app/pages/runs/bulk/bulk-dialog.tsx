/** Acting on many runs: what would happen first, then how fast, then a confirmation that fits the number. */
import type { BulkAction, BulkPreview } from "@stepwell/api/dashboard";
import { type ReactNode, useEffect, useState } from "react";
import { useAct } from "../../../data/api.ts";
import { shortId } from "../../../data/short-id.ts";
import { formatCount, formatDuration, Time } from "../../../data/time.tsx";
import { SelectField, TextField } from "../../../parts/fields.tsx";
import { FormDialog } from "../../../parts/form-dialog.tsx";
import { AppLink, useGo } from "../../../parts/link.tsx";
import { Failure, Skeleton } from "../../../parts/states.tsx";
import { StatusBadge } from "../../../parts/status-badge.tsx";
import { Words } from "../../../parts/words.tsx";
import { triggerWords } from "../../functions/trigger-text.ts";
import { CONFIRM_ABOVE, rates, whyNot } from "./bulk-rules.ts";

export interface BulkDialogProps {
  action: BulkAction;
  target: { q: string } | { ids: string[] };
  onClose(): void;
  onStarted(): void;
}
const verbs = {
  cancel: { title: "Cancel runs", button: "Cancel", past: "cancelled" },
  rerun: { title: "Rerun runs", button: "Rerun", past: "run again" },
} as const;

export function BulkDialog({ action, target, onClose, onStarted }: BulkDialogProps): ReactNode {
  const verb = verbs[action];
  const go = useGo();
  const preview = useAct("previewBulk", { quiet: true });
  const start = useAct("startBulk", {
    quiet: true,
    invalidates: ["listBulk"],
    onDone: ({ id }) => {
      onStarted();
      go(`/bulk/${id}`);
    },
  });
  const [rate, setRate] = useState("10");
  const [typed, setTyped] = useState("");
  const body = "q" in target ? { action, q: target.q } : { action, ids: target.ids };
  const read = () => preview.mutate({ body });
  // Once, when it opens: what is confirmed is what was previewed.
  useEffect(read, []);

  const found = preview.data?.data;
  const why = found === undefined ? "The preview is not there yet" : whyNot(found, typed);
  const submit = () => {
    if (found === undefined) return;
    const confirmCount = found.total.count > CONFIRM_ABOVE ? { confirmCount: found.total.count } : {};
    start.mutate({ body: { token: found.token, rate: Number(rate), ...confirmCount } });
  };
  return (
    <FormDialog
      onClose={onClose}
      title={verb.title}
      size="wide"
      testId="bulk-dialog"
      submit={found === undefined ? verb.button : `${verb.button} ${runs(found)}`}
      kind={action === "cancel" ? "danger" : "primary"}
      busy={start.isPending}
      disabledWhy={why}
      onSubmit={submit}
    >
      {preview.isPending && <Skeleton lines={6} />}
      <Failure error={preview.error} title="The preview could not be made" retry={read} />
      {found !== undefined && (
        <div className="flex flex-col gap-4">
          <Preview preview={found} past={verb.past} />
          {found.total.count > 0 && (
            <div className="grid gap-4 sm:grid-cols-2">
              <SelectField
                label="How fast"
                value={rate}
                onChange={setRate}
                options={rates.map((value) => ({ value: String(value), label: `${value} a second` }))}
                note={`About ${formatDuration((found.total.count / Number(rate)) * 1000)} in all`}
              />
              {found.total.count > CONFIRM_ABOVE && (
                <TextField
                  label={`Type ${found.total.count} to confirm`}
                  value={typed}
                  onChange={setTyped}
                  inputMode="numeric"
                  autoComplete="off"
                />
              )}
            </div>
          )}
          <p className="text-dim">
            Nothing happens in the first ten seconds: it can be undone until then, and stopped at any time.
          </p>
          <Failure error={start.error} title="It was not started" />
        </div>
      )}
    </FormDialog>
  );
}

function runs({ total }: BulkPreview): string {
  return total.count === 1 && !total.capped ? "1 run" : `${formatCount(total)} runs`;
}

function Preview({ preview, past }: { preview: BulkPreview; past: string }): ReactNode {
  const { total, byStatus, byFunction, samples, oldest, newest, excluded } = preview;
  return (
    <>
      <p className="text-lg font-semibold" data-testid="bulk-total">
        {total.count === 0 ? `No run can be ${past}.` : `${runs(preview)} will be ${past}.`}
      </p>
      {oldest !== null && newest !== null && total.count > 0 && (
        <p className="text-dim">
          {total.count === 1 && !total.capped ? (
            <>
              Queued at <Time at={oldest} as="absolute" />.
            </>
          ) : (
            <>
              Queued from <Time at={oldest} as="absolute" /> to <Time at={newest} as="absolute" />.
            </>
          )}{" "}
          Runs that come later are left alone.
        </p>
      )}
      {excluded.map(({ count, why }) => (
        <p key={why} className="text-waiting">
          {formatCount(count)} left out: {why}
        </p>
      ))}
      {total.count > 0 && (
        <div className="grid gap-4 sm:grid-cols-2">
          <Breakdown
            title="By status"
            lines={byStatus.map(({ status, count }) => ({
              key: status,
              name: <StatusBadge status={status} look="plain" />,
              count,
            }))}
          />
          <Breakdown
            title="By function"
            lines={byFunction.map(({ function: fn, count }) => ({
              key: fn.id,
              name: <bdi>{fn.name}</bdi>,
              count,
            }))}
          />
        </div>
      )}
      {samples.length > 0 && (
        <section aria-label="Some of them">
          <h3 className="mb-1 font-medium">Some of them</h3>
          <ul className="rounded-md border border-line">
            {samples.map((run) => (
              <li
                key={run.id}
                className="flex min-h-8 items-center gap-3 border-b border-line px-3 py-1 last:border-0"
              >
                <StatusBadge status={run.status} look="icon" />
                <bdi className="min-w-0 truncate">{run.function.name}</bdi>
                <AppLink href={`/runs/${run.id}`} target="_blank" className="link shrink-0" title={run.id}>
                  {shortId(run.id)}
                </AppLink>
                <span className="min-w-0 flex-1 truncate text-dim">
                  <span className="max-md:hidden">
                    {run.error ??
                      (run.waits === null ? triggerWords(run.trigger) : <Words text={run.waits} />)}
                  </span>
                </span>
                <Time at={run.queuedAt} className="text-dim" />
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

const LINES = 8;

function Breakdown({
  title,
  lines,
}: {
  title: string;
  lines: { key: string; name: ReactNode; count: number }[];
}): ReactNode {
  return (
    <section aria-label={title}>
      <h3 className="mb-1 font-medium">{title}</h3>
      <ul>
        {lines.slice(0, LINES).map(({ key, name, count }) => (
          <li key={key} className="flex min-h-6 items-center justify-between gap-3">
            <span className="min-w-0 truncate">{name}</span>
            <span className="tabular-nums">{formatCount(count)}</span>
          </li>
        ))}
        {lines.length > LINES && <li className="text-dim">and {lines.length - LINES} more</li>}
      </ul>
    </section>
  );
}
