/** Makes the first admin, with the one-time link of the server's log. */
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useId, useState } from "react";
import { useAct } from "../../data/api.ts";
import { passwordNote, passwordTrouble } from "../../data/password-rule.ts";
import { sessionKey, useKeepSession, useSession } from "../../data/session.ts";
import { Bare } from "../../frame/bare.tsx";
import { Button, LinkButton } from "../../parts/button.tsx";
import { TextField } from "../../parts/fields.tsx";
import { useGo } from "../../parts/link.tsx";
import { PasswordField } from "../../parts/password-field.tsx";
import { useToken } from "./token.ts";

export function SetUpPage(): ReactNode {
  const { setupNeeded } = useSession();
  const token = useToken();
  if (!setupNeeded)
    return (
      <Bare title="This is done already">
        <p className="mb-4 text-dim">An admin exists. Sign in, or ask an admin for a user of your own.</p>
        <LinkButton kind="primary" href="/sign-in">
          Sign in
        </LinkButton>
      </Bare>
    );
  return token === null ? <NoToken /> : <SetUpForm token={token} />;
}

function NoToken(): ReactNode {
  const client = useQueryClient();
  return (
    <Bare title="Set up this server">
      <div className="grid gap-3 text-dim">
        <p>
          No admin exists yet. The server wrote a one-time link to its log when it started; open that link to
          make the first admin.
        </p>
        <p>
          The link works once and for 15 minutes. After that, restart the server for a new one, or run{" "}
          <code className="text-ink">stepwell user add --admin</code> beside it.
        </p>
        <div>
          <Button onClick={() => void client.invalidateQueries({ queryKey: sessionKey })}>Look again</Button>
        </div>
      </div>
    </Bare>
  );
}

function SetUpForm({ token }: { token: string }): ReactNode {
  const go = useGo();
  const keep = useKeepSession();
  const errorId = useId();
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [wrong, setWrong] = useState<{ name?: string | null; password?: string | null }>({});
  const setUp = useAct("setUp", {
    quiet: true,
    onDone: (session) => {
      keep(session);
      go("/", { replace: true });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const found = { name: name.trim() === "" ? "Choose a name." : null, password: passwordTrouble(password) };
    setWrong(found);
    if (found.name === null && found.password === null && !setUp.isPending)
      setUp.mutate({ body: { token, name: name.trim(), password } });
  };
  return (
    <Bare title="Set up this server" note="You can add more users later, under Settings.">
      <p className="mb-4 text-dim">Make the first admin. Admins can do everything, also add other users.</p>
      <form onSubmit={submit} noValidate className="grid gap-4">
        <TextField
          label="Name"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          autoFocus
          required
          value={name}
          onChange={setName}
          error={wrong.name}
        />
        <PasswordField
          label="Password"
          autoComplete="new-password"
          value={password}
          onChange={setPassword}
          error={wrong.password}
          note={passwordNote}
        />
        <p id={errorId} role="alert" className="font-medium text-failed empty:hidden">
          {setUp.error?.message}
        </p>
        <Button type="submit" kind="primary" busy={setUp.isPending} className="w-full">
          {setUp.isPending ? "Working…" : "Make the admin and sign in"}
        </Button>
      </form>
    </Bare>
  );
}
