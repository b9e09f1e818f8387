"use client";

import { useEffect, useState } from "react";
import { control, idsOf, Labelled } from "./field.tsx";

type Props = {
  autoComplete: "current-password" | "new-password";
  hint?: string;
  errorId?: string | undefined;
  minLength?: number;
};

/** A password that can be looked at. Without JavaScript there is no button that does nothing. */
export function PasswordField({ autoComplete, hint, errorId, minLength }: Props) {
  const [alive, setAlive] = useState(false);
  const [shown, setShown] = useState(false);
  useEffect(() => setAlive(true), []);
  const hintId = hint ? "password-hint" : undefined;
  return (
    <Labelled label="Password" name="password" hint={hint}>
      <div className="flex gap-2">
        <input
          id="password"
          name="password"
          type={shown ? "text" : "password"}
          autoComplete={autoComplete}
          autoCapitalize="none"
          spellCheck={false}
          minLength={minLength}
          maxLength={128}
          required
          aria-invalid={errorId ? true : undefined}
          aria-describedby={idsOf(hintId, errorId)}
          className={control}
        />
        {alive && (
          <button
            type="button"
            aria-controls="password"
            onClick={() => setShown(!shown)}
            className="h-11 w-16 shrink-0 rounded-lg border border-slate-400 text-sm font-medium dark:border-slate-600"
          >
            {shown ? "Hide" : "Show"}
            <span className="sr-only"> password</span>
          </button>
        )}
      </div>
    </Labelled>
  );
}
