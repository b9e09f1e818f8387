/** What can be done with a run. Nothing is written before a dialog was confirmed. */
import type { RunView } from "@stepwell/api/dashboard";
import { Ban, Ellipsis, Hash, Link2, RotateCcw, SquareTerminal, Terminal } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useAct } from "../../data/api.ts";
import { useCan, useSession } from "../../data/session.ts";
import { Button } from "../../parts/button.tsx";
import { copyText } from "../../parts/copy.tsx";
import { FormDialog } from "../../parts/form-dialog.tsx";
import { Menu } from "../../parts/menu.tsx";
import { useToast } from "../../parts/toasts.tsx";
import { commandOf, curlOf } from "./commands.ts";

export interface ActionsProps {
  run: RunView;
  /** Opens the drawer; `step`: with the step chosen that it most likely begins with. */
  onRerun(from: "start" | "step"): void;
}

export function Actions({ run, onRerun }: ActionsProps): ReactNode {
  const mayRerun = useCan("rerunRun");
  const mayCancel = useCan("cancelRun");
  const rerun = mayRerun === true ? run.can.rerun : mayRerun;
  const cancel = mayCancel === true ? run.can.cancel : mayCancel;
  const over = run.endedAt !== null;
  return (
    <>
      {!over && <CancelRun run={run} disabledWhy={cancel} />}
      <Button
        className="max-md:px-2.5"
        icon={<RotateCcw aria-hidden size={14} className="max-md:hidden" />}
        disabledWhy={rerun}
        onClick={() => onRerun("start")}
      >
        Rerun…
      </Button>
      <Button className="max-md:px-2.5" disabledWhy={rerun} onClick={() => onRerun("step")}>
        Rerun from step…
      </Button>
      <CopyMenu run={run} />
    </>
  );
}

function CancelRun({ run, disabledWhy }: { run: RunView; disabledWhy: true | string }): ReactNode {
  const [asking, ask] = useState(false);
  const cancel = useAct("cancelRun", {
    invalidates: ["getRun", "getRunTrace", "getRunWhy", "listRuns", "countRuns"],
    success: ({ status }) => (status === "cancelled" ? "The run was cancelled" : "The run had ended already"),
    onDone: () => ask(false),
  });
  return (
    <>
      <Button
        kind="danger"
        className="max-md:px-2.5"
        icon={<Ban aria-hidden size={14} className="max-md:hidden" />}
        disabledWhy={disabledWhy}
        onClick={() => ask(true)}
      >
        Cancel…
      </Button>
      <FormDialog
        open={asking}
        onClose={() => ask(false)}
        title="Cancel this run?"
        kind="danger"
        close="Keep"
        submit="Cancel the run"
        busy={cancel.isPending}
        onSubmit={() => cancel.mutate({ params: { id: run.id } })}
      >
        <p>
          It stops before its next step, and cannot be continued; it can be run again. A step that is at work
          now finishes, and its result is not kept. Runs that it invoked go on.
        </p>
      </FormDialog>
    </>
  );
}

function CopyMenu({ run }: { run: RunView }): ReactNode {
  const toast = useToast();
  const { mode } = useSession();
  const copy = async (what: string, text: string) => {
    const done = await copyText(text);
    toast(
      done
        ? { kind: "success", title: `${what} copied`, text }
        : { kind: "failure", title: "The browser refused to copy", text },
    );
  };
  return (
    <Menu
      label="More"
      icon={<Ellipsis aria-hidden size={16} />}
      items={[
        {
          label: "Copy as command",
          icon: <SquareTerminal aria-hidden size={14} />,
          onSelect: () => void copy("Command", commandOf(run.id)),
        },
        {
          label: "Copy as cURL",
          icon: <Terminal aria-hidden size={14} />,
          onSelect: () => void copy("cURL", curlOf(run.id, mode)),
        },
        {
          label: "Copy link",
          icon: <Link2 aria-hidden size={14} />,
          onSelect: () => void copy("Link", location.href),
        },
        {
          label: "Copy id",
          icon: <Hash aria-hidden size={14} />,
          note: "c",
          onSelect: () => void copy("Id", run.id),
        },
        { separator: true },
        {
          label: "Other runs of this function",
          href: `/runs?q=${encodeURIComponent(`function:${run.function.slug}`)}`,
        },
        { label: "The function", href: `/functions/${run.function.id}` },
      ]}
    />
  );
}
