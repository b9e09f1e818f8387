/** A password that can be looked at before it is sent. */
import { type ReactNode, useState } from "react";
import { TextField, type TextFieldProps } from "./fields.tsx";

/** Give `autoComplete`: `current-password` or `new-password`. Pasting is never hindered. */
export function PasswordField(props: Omit<TextFieldProps, "type" | "end">): ReactNode {
  const [shown, setShown] = useState(false);
  return (
    <TextField
      {...props}
      required
      type={shown ? "text" : "password"}
      autoCapitalize="none"
      spellCheck={false}
      end={
        <button type="button" className="show-password" aria-pressed={shown} onClick={() => setShown(!shown)}>
          {shown ? "Hide" : "Show"}
          <span className="sr-only"> password</span>
        </button>
      }
    />
  );
}
