/** Changes one's own password. */
import { type FormEvent, type ReactNode, useState } from "react";
import { useAct } from "../../data/api.ts";
import { passwordNote, passwordTrouble } from "../../data/password-rule.ts";
import { Button } from "../../parts/button.tsx";
import { Card } from "../../parts/card.tsx";
import { PasswordField } from "../../parts/password-field.tsx";

export function OwnPassword(): ReactNode {
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const [wrong, setWrong] = useState<{ current?: string | null; next?: string | null }>({});
  const change = useAct("changePassword", {
    quiet: true,
    success: "Your password is changed; your other sign-ins have ended",
    invalidates: ["listSessions"],
    onDone: () => {
      setCurrent("");
      setNext("");
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const found = {
      current: current === "" ? "Enter the password that you have now." : null,
      next: passwordTrouble(next),
    };
    setWrong(found);
    if (found.current === null && found.next === null && !change.isPending)
      change.mutate({ body: { current, next } });
  };
  return (
    <Card title="Password">
      <form onSubmit={submit} noValidate className="grid gap-4">
        <PasswordField
          label="Current password"
          autoComplete="current-password"
          value={current}
          onChange={setCurrent}
          error={wrong.current ?? change.error?.message}
        />
        <PasswordField
          label="New password"
          autoComplete="new-password"
          value={next}
          onChange={setNext}
          error={wrong.next}
          note={passwordNote}
        />
        <div>
          <Button type="submit" busy={change.isPending}>
            Change password
          </Button>
        </div>
      </form>
    </Card>
  );
}
