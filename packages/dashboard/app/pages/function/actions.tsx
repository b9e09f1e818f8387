/** What can be done with a function: invoke it, and pause, drain or resume it. */
import type { FunctionDetail } from "@stepwell/api/dashboard";
import { CirclePause, CirclePlay, Droplets, Play } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useAct } from "../../data/api.ts";
import { useCan } from "../../data/session.ts";
import { Button } from "../../parts/button.tsx";
import { FormDialog } from "../../parts/form-dialog.tsx";
import { useToast } from "../../parts/toasts.tsx";
import { usePageSearch } from "../use-page-search.ts";
import { type FunctionMode, modesFrom, wordsOfMode } from "./mode-words.ts";
import { parseSearch } from "./search.ts";

const InvokeDialog = lazy(() => import("./invoke-dialog.tsx"));
const icons = { active: CirclePlay, paused: CirclePause, drained: Droplets };

export function FunctionActions({ fn }: { fn: FunctionDetail }) {
  const [{ invoke }, change] = usePageSearch(parseSearch);
  const [asked, setAsked] = useState<FunctionMode | null>(null);
  const canMode = useCan("setFunctionMode");
  const canInvoke = useCan("invokeFunction");
  const mayInvoke = fn.archived ? "The app does not have this function any more" : canInvoke;
  return (
    <>
      {modesFrom(fn.mode).map((mode) => {
        const Icon = icons[mode];
        return (
          <Button
            key={mode}
            icon={<Icon aria-hidden size={14} />}
            disabledWhy={canMode}
            onClick={() => setAsked(mode)}
          >
            {wordsOfMode(mode).verb}
          </Button>
        );
      })}
      <Button
        kind="primary"
        icon={<Play aria-hidden size={14} />}
        disabledWhy={mayInvoke}
        onClick={() => change({ invoke: true })}
      >
        Invoke…
      </Button>
      {asked && <AskForMode fn={fn} mode={asked} onClose={() => setAsked(null)} />}
      {invoke && (
        <Suspense fallback={null}>
          <InvokeDialog fn={fn} onClose={() => change({ invoke: undefined }, { replace: true })} />
        </Suspense>
      )}
    </>
  );
}

interface AskForModeProps {
  fn: FunctionDetail;
  mode: FunctionMode;
  onClose: () => void;
}

/** Says what will happen before it does; Undo of the toast goes back to the mode before. */
function AskForMode({ fn, mode, onClose }: AskForModeProps) {
  const words = wordsOfMode(mode);
  // Before the answer comes, a live change may have told the new mode already.
  const [before] = useState(fn.mode);
  const toast = useToast();
  const invalidates = ["getFunction", "listFunctions", "listSchedules", "getOverview"] as const;
  const undo = useAct("setFunctionMode", { invalidates, success: `${fn.name}: undone` });
  const set = useAct("setFunctionMode", {
    invalidates,
    onDone() {
      const back = () => undo.mutate({ params: { id: fn.id }, body: { mode: before } });
      toast({ kind: "success", title: `${words.done}: ${fn.name}`, action: { label: "Undo", run: back } });
      onClose();
    },
  });
  return (
    <FormDialog
      onClose={onClose}
      title={words.title}
      close="Keep"
      submit={words.verb}
      kind={mode === "active" ? "primary" : "danger"}
      busy={set.isPending}
      onSubmit={() => set.mutate({ params: { id: fn.id }, body: { mode } })}
    >
      <ul className="list-disc space-y-2 pl-5">
        {words.consequences.map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
    </FormDialog>
  );
}
