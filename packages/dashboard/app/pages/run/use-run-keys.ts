/** Keys of a run's page that lead elsewhere or open a dialog. */
import type { RunView } from "@stepwell/api/dashboard";
import { call } from "../../data/api.ts";
import { useShortcuts } from "../../data/shortcuts.ts";
import { copyText } from "../../parts/copy.tsx";
import { useGo } from "../../parts/link.tsx";
import { announce, useToast } from "../../parts/toasts.tsx";
import { neighbour } from "./neighbours.ts";

export function useRunKeys({ run, onRerun }: { run: RunView; onRerun(): void }): void {
  const go = useGo();
  const toast = useToast();
  const goBeside = async (which: "older" | "newer") => {
    try {
      const id = await neighbour(run, which, (query) => call("listRuns", { query }));
      if (id !== null) go(`/runs/${id}`);
      else toast({ kind: "notice", title: `There is no ${which} run of ${run.function.name} near this one` });
    } catch (error) {
      toast({
        kind: "failure",
        title: "The run beside it was not found",
        text: error instanceof Error ? error.message : "",
      });
    }
  };
  useShortcuts(
    {
      "[": () => void goBeside("older"),
      "]": () => void goBeside("newer"),
      p: () => (run.parent === null ? announce("No run invoked this one") : go(`/runs/${run.parent.id}`)),
      c: () =>
        void copyText(run.id).then((done) =>
          toast({
            kind: done ? "success" : "failure",
            title: done ? "Id copied" : "The browser refused to copy",
          }),
        ),
      R: onRerun,
    },
    {
      "[": "Older run of this function",
      "]": "Newer run of this function",
      p: "The run that invoked this one",
      c: "Copy the run's id",
      R: "Run again …",
    },
  );
}
