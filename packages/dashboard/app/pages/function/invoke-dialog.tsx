/** Starts a run of a function with data that somebody writes; the run is linked as soon as it exists. */
import type { FunctionDetail, Started } from "@stepwell/api/dashboard";
import { Play } from "lucide-react";
import { useState } from "react";
import { useAct } from "../../data/api.ts";
import { useCan } from "../../data/session.ts";
import { Button, LinkButton } from "../../parts/button.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { FormDialog } from "../../parts/form-dialog.tsx";
import { JsonEditor } from "../../parts/json-editor.tsx";
import { Failure } from "../../parts/states.tsx";
import { readObject, writeObject } from "../events/send/draft.ts";
import { StartedRun } from "./started-run.tsx";

interface InvokeDialogProps {
  fn: FunctionDetail;
  onClose: () => void;
}

export default function InvokeDialog({ fn, onClose }: InvokeDialogProps) {
  const [text, setText] = useState(() => writeObject(fn.inputExample));
  const [problem, setProblem] = useState<string | null>(null);
  const [started, setStarted] = useState<Started | null>(null);
  const can = useCan("invokeFunction");
  const invoke = useAct("invokeFunction", {
    invalidates: ["listRuns", "getFunction", "getOverview"],
    quiet: true,
    onDone: setStarted,
  });
  const submit = () => {
    const data = readObject(text);
    if (typeof data === "string") return setProblem(data);
    invoke.mutate({ params: { id: fn.id }, body: { data } });
  };
  if (started)
    return <StartedDialog fn={fn} started={started} onClose={onClose} onAgain={() => setStarted(null)} />;
  return (
    <FormDialog
      onClose={onClose}
      title={`Invoke ${fn.name}`}
      size="wide"
      testId="invoke"
      submit="Invoke"
      busyWords="Starting…"
      icon={<Play aria-hidden size={14} />}
      busy={invoke.isPending}
      disabledWhy={can}
      onSubmit={submit}
    >
      {invoke.error && <Failure inline error={invoke.error} title="It was not started" />}
      <p className="mb-3 text-dim">{wordsOf(fn)}</p>
      <JsonEditor
        label="Data"
        value={text}
        schema={fn.inputSchema}
        error={problem}
        lines={10}
        onChange={(next) => {
          setText(next);
          setProblem(null);
        }}
      />
    </FormDialog>
  );
}

function wordsOf({ mode, inputExample }: FunctionDetail): string {
  const start = "One run of this function alone starts with this data; other functions are not started.";
  const held = mode === "active" ? "" : " The function takes nothing new now, so the run will be skipped.";
  return `${start}${inputExample ? " The newest data of its event is filled in." : ""}${held}`;
}

interface StartedDialogProps {
  fn: FunctionDetail;
  started: Started;
  onClose: () => void;
  onAgain: () => void;
}

function StartedDialog({ fn, started, onClose, onAgain }: StartedDialogProps) {
  const href = started.runId
    ? `/runs/${encodeURIComponent(started.runId)}`
    : `/events/${encodeURIComponent(started.eventId)}`;
  return (
    <Dialog
      open
      onClose={onClose}
      title={`${fn.name} was invoked`}
      testId="invoked"
      footer={
        <>
          <Button onClick={onAgain}>Invoke again</Button>
          <LinkButton kind="primary" href={href}>
            {started.runId ? "Open the run" : "Open the event"}
          </LinkButton>
        </>
      }
    >
      <StartedRun started={started} />
    </Dialog>
  );
}
