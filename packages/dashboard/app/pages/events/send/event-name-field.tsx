/** The name of an event, with the names that were seen or that functions wait for as suggestions. */
import { useId, useRef } from "react";
import { useCall } from "../../../data/api.ts";
import { TextField } from "../../../parts/fields.tsx";

interface EventNameFieldProps {
  value: string;
  error: string | undefined;
  onChange: (value: string) => void;
}

export function EventNameField({ value, error, onChange }: EventNameFieldProps) {
  const id = useId();
  const types = useCall("listEventTypes", {});
  const all = types.data?.data ?? [];
  const known = all.find((type) => type.name === value.trim());
  return (
    <>
      <TextField
        label="Name"
        value={value}
        onChange={onChange}
        error={error}
        note={noteOf(value, known?.functions)}
        list={id}
        placeholder="user/created"
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        autoFocus={value === ""}
        required
      />
      <datalist id={id}>
        {all
          .filter((type) => !type.name.includes("*"))
          .map((type) => (
            <option key={type.name} value={type.name}>
              {type.functions.length > 0 ? `triggers ${type.functions.join(", ")}` : "triggers nothing"}
            </option>
          ))}
      </datalist>
    </>
  );
}

function noteOf(name: string, functions: readonly string[] | undefined): string {
  if (name.trim() === "") return "What has happened, like user/created.";
  if (functions === undefined) return "A name that was not seen yet.";
  return functions.length === 0 ? "No function is triggered by it." : `Triggers ${functions.join(", ")}.`;
}
