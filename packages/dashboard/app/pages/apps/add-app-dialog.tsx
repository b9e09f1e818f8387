/** Adds an app by its address: the server asks it for its functions at once. */
import { Plus } from "lucide-react";
import { useState } from "react";
import { useAct } from "../../data/api.ts";
import { useCan } from "../../data/session.ts";
import { TextField } from "../../parts/fields.tsx";
import { FormDialog } from "../../parts/form-dialog.tsx";
import { Failure } from "../../parts/states.tsx";
import { useToast } from "../../parts/toasts.tsx";
import { readAppUrl, wordsOfSync } from "./sync-words.ts";

export default function AddAppDialog({ onClose }: { onClose: () => void }) {
  const [text, setText] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const can = useCan("addApp");
  const toast = useToast();
  const add = useAct("addApp", {
    invalidates: ["listApps", "listFunctions", "listSchedules", "getOverview"],
    quiet: true,
    onDone(outcome) {
      toast({ kind: "success", title: `The app was added: ${wordsOfSync(outcome)}` });
      onClose();
    },
  });
  const submit = () => {
    const read = readAppUrl(text);
    if ("problem" in read) return setProblem(read.problem);
    add.mutate({ body: read });
  };
  return (
    <FormDialog
      onClose={onClose}
      title="Add an app"
      testId="add-app"
      submit="Add app"
      busyWords="Asking the app…"
      icon={<Plus aria-hidden size={14} />}
      busy={add.isPending}
      disabledWhy={can}
      onSubmit={submit}
    >
      {add.error && <Failure inline error={add.error} title="The app could not be added" />}
      <TextField
        label="Address"
        type="url"
        inputMode="url"
        autoFocus
        autoComplete="url"
        placeholder="http://localhost:3000/api/inngest"
        note="Where the app serves its functions, as this server reaches it."
        value={text}
        error={problem}
        onChange={(value) => {
          setText(value);
          setProblem(null);
        }}
      />
    </FormDialog>
  );
}
