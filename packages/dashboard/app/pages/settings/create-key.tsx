/** Makes an API key, then shows its secret, once. */
import { type CreatedKey, type Scope, scopes } from "@stepwell/api/dashboard";
import { type ReactNode, useState } from "react";
import { useAct } from "../../data/api.ts";
import { Button } from "../../parts/button.tsx";
import { Code } from "../../parts/code.tsx";
import { Copy } from "../../parts/copy.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { CheckField, SelectField, TextField } from "../../parts/fields.tsx";
import { FormDialog } from "../../parts/form-dialog.tsx";

const means: Record<Scope, string> = {
  read: "See runs, events, functions, schedules and apps",
  "runs:write": "Cancel and rerun runs, also many at once",
  "events:write": "Send events",
  "functions:write": "Pause, resume and invoke functions, run schedules now",
  "apps:write": "Add apps and sync them",
  settings: "Keys, users and the audit log",
};
const ends = [
  { value: "30", label: "In 30 days" },
  { value: "90", label: "In 90 days" },
  { value: "365", label: "In a year" },
  { value: "", label: "Never" },
] as const;
type End = (typeof ends)[number]["value"];

export function CreateKeyDialog({ onClose }: { onClose(): void }): ReactNode {
  const [made, setMade] = useState<CreatedKey | null>(null);
  return made === null ? (
    <Form onClose={onClose} onMade={setMade} />
  ) : (
    <Secret made={made} onClose={onClose} />
  );
}

function Form({ onClose, onMade }: { onClose(): void; onMade(made: CreatedKey): void }): ReactNode {
  const [name, setName] = useState("");
  const [chosen, setChosen] = useState<ReadonlySet<Scope>>(new Set<Scope>(["read"]));
  const [days, setDays] = useState<End>("90");
  const [error, setError] = useState<string | null>(null);
  const create = useAct("createKey", { invalidates: ["listKeys"], quiet: true, onDone: onMade });
  const submit = () => {
    if (name.trim() === "") return setError("Say what the key is for.");
    setError(null);
    const body = { name: name.trim(), scopes: scopes.filter((scope) => chosen.has(scope)) };
    create.mutate({ body: days === "" ? body : { ...body, expiresInDays: Number(days) } });
  };
  const toggle = (scope: Scope, on: boolean) => {
    const next = new Set(chosen);
    if (on) next.add(scope);
    else next.delete(scope);
    setChosen(next);
  };
  return (
    <FormDialog
      onClose={onClose}
      title="New API key"
      submit="Make the key"
      busy={create.isPending}
      disabledWhy={chosen.size === 0 ? "Choose a scope" : true}
      onSubmit={submit}
    >
      <div className="grid gap-4">
        <TextField
          label="Name"
          value={name}
          onChange={setName}
          error={error ?? create.error?.message}
          placeholder="What it is for, like: nightly report"
          autoComplete="off"
          autoFocus
        />
        <fieldset>
          <legend className="mb-2 font-medium">Scopes</legend>
          <div className="grid gap-2">
            {scopes.map((scope) => (
              <CheckField
                key={scope}
                label={<code className="text-ink">{scope}</code>}
                note={means[scope]}
                checked={chosen.has(scope)}
                onChange={(on) => toggle(scope, on)}
              />
            ))}
          </div>
        </fieldset>
        <SelectField
          label="Expires"
          value={days}
          options={ends}
          onChange={setDays}
          note={days === "" ? "A key that never expires has to be looked after." : undefined}
        />
      </div>
    </FormDialog>
  );
}

function Secret({ made, onClose }: { made: CreatedKey; onClose(): void }): ReactNode {
  return (
    <Dialog
      open
      onClose={onClose}
      title={`The key ${made.key.name}`}
      keep
      testId="new-key"
      footer={
        <>
          <Copy text={made.secret} label="Copy the key">
            Copy
          </Copy>
          <Button kind="primary" onClick={onClose}>
            I have kept it
          </Button>
        </>
      }
    >
      <p className="mb-3 text-dim">
        It is shown this once: the server keeps a hash of it only. Put it where your program finds its
        secrets.
      </p>
      <Code text={made.secret} label="API key" wrap />
      <p className="mt-3 text-xs text-dim">
        To be sent as <code>Authorization: Bearer …</code>
      </p>
    </Dialog>
  );
}
