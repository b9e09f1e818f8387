/**
 * Sends an event by hand: a name with suggestions, data in an editor that knows what data of this name
 * looked like, and then what became of it, live.
 */
import type { SentEvent } from "@stepwell/api/dashboard";
import { Send } from "lucide-react";
import { useState } from "react";
import { ApiFailure, useAct } from "../../../data/api.ts";
import { useCan } from "../../../data/session.ts";
import { Button } from "../../../parts/button.tsx";
import { TextField } from "../../../parts/fields.tsx";
import { FormDialog } from "../../../parts/form-dialog.tsx";
import { JsonEditor } from "../../../parts/json-editor.tsx";
import { Failure } from "../../../parts/states.tsx";
import { type DraftProblems, type EventDraft, emptyDraft, readDraft, writeObject } from "./draft.ts";
import { EventNameField } from "./event-name-field.tsx";
import { Sent } from "./sent.tsx";
import { useExample } from "./use-example.ts";

interface SendEventDialogProps {
  name: string;
  data: Record<string, unknown> | undefined;
  onClose: () => void;
}

export default function SendEventDialog({ name, data, onClose }: SendEventDialogProps) {
  const [draft, setDraft] = useState<EventDraft>({ ...emptyDraft, name, data: writeObject(data) });
  const [problems, setProblems] = useState<DraftProblems>({});
  const [sent, setSent] = useState<(SentEvent & { name: string }) | null>(null);
  const can = useCan("sendEvent");
  const send = useAct("sendEvent", {
    invalidates: ["listEvents", "listEventTypes", "getOverview"],
    quiet: true,
  });
  const example = useExample(draft, data !== undefined, setDraft);
  const change = (part: Partial<EventDraft>) => {
    setDraft((before) => ({ ...before, ...part }));
    setProblems((before) => ({
      ...before,
      ...Object.fromEntries(Object.keys(part).map((key) => [key, undefined])),
    }));
  };
  const submit = () => {
    const read = readDraft(draft);
    if ("problems" in read) return setProblems(read.problems);
    send.mutate(
      { body: read.body },
      { onSuccess: (answer) => setSent({ ...answer.data, name: read.body.name }) },
    );
  };
  if (sent) return <Sent sent={sent} onClose={onClose} onAnother={() => setSent(null)} />;
  return (
    <FormDialog
      onClose={onClose}
      title="Send an event"
      size="wide"
      testId="send-event"
      submit="Send event"
      busyWords="Sending…"
      icon={<Send aria-hidden size={14} />}
      busy={send.isPending}
      disabledWhy={can}
      onSubmit={submit}
    >
      <div className="flex flex-col gap-4">
        {send.error instanceof ApiFailure && (
          <Failure inline error={send.error} title="The event was not accepted" />
        )}
        <EventNameField
          value={draft.name}
          error={problems.name}
          onChange={(value) => change({ name: value })}
        />
        <DataField
          draft={draft}
          error={problems.data}
          example={example}
          onChange={(value) => change({ data: value })}
        />
        <div className="grid gap-4 sm:grid-cols-2">
          <TextField
            label="Id (optional)"
            note="Two events with the same id start a function once."
            value={draft.id}
            onChange={(id) => change({ id })}
            autoComplete="off"
            spellCheck={false}
          />
          <TextField
            label="Time (optional)"
            type="datetime-local"
            step={1}
            note="In your browser's zone. In the future: functions start then."
            error={problems.at}
            value={draft.at}
            onChange={(at) => change({ at })}
          />
        </div>
      </div>
    </FormDialog>
  );
}

interface DataFieldProps {
  draft: EventDraft;
  error: string | undefined;
  example: ReturnType<typeof useExample>;
  onChange: (value: string) => void;
}

function DataField({ draft, error, example, onChange }: DataFieldProps) {
  return (
    <div className="min-w-0">
      <p className="mb-1 font-medium" aria-hidden="true">
        Data
      </p>
      <JsonEditor label="Data" value={draft.data} onChange={onChange} schema={example.schema} error={error} />
      <div className="mt-1 flex flex-wrap items-center gap-x-3 text-xs text-dim">
        <span>{example.words}</span>
        {example.fill && (
          <Button kind="quiet" size="small" onClick={example.fill}>
            Fill in the newest
          </Button>
        )}
      </div>
    </div>
  );
}
