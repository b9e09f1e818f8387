/** Signing in by name and password, or by the provider that the server knows. */
import { useQueryClient } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { KeyRound } from "lucide-react";
import { type FormEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";
import { useAct } from "../../data/api.ts";
import { boot } from "../../data/boot.ts";
import { useKeepSession, useSession } from "../../data/session.ts";
import { Bare } from "../../frame/bare.tsx";
import { Button } from "../../parts/button.tsx";
import { TextField } from "../../parts/fields.tsx";
import { useGo } from "../../parts/link.tsx";
import { PasswordField } from "../../parts/password-field.tsx";

export function SignInPage(): ReactNode {
  const { signIn, user } = useSession();
  const { next = "/", error } = useSearch({ from: "/sign-in" });
  const go = useGo();
  useEffect(() => {
    if (user !== null) go(next, { replace: true });
  }, [user, next, go]);
  return (
    <Bare title="Sign in">
      {signIn?.oidc && (
        <a className="button button-secondary mb-4 w-full" href={withNext(signIn.oidc.href, next)}>
          <KeyRound aria-hidden size={16} />
          Continue with {signIn.oidc.label}
        </a>
      )}
      {error !== undefined && <ProviderError code={error} />}
      {signIn?.oidc && signIn.password && <p className="or-line">or</p>}
      {signIn?.password && <PasswordForm />}
    </Bare>
  );
}

/** The server checks `next` again; it is a path of this dashboard. */
function withNext(href: string, next: string): string {
  const url = /^https?:|^\//.test(href) && !href.startsWith(boot.base) ? boot.base + href : href;
  return `${url}${url.includes("?") ? "&" : "?"}next=${encodeURIComponent(next)}`;
}

function ProviderError({ code }: { code: string }): ReactNode {
  return (
    <p role="alert" className="mb-4 font-medium text-failed">
      {code === "no_role"
        ? "You are known to the provider, but you have no role here. Ask an admin of this server."
        : "The provider did not sign you in. Try again; the server's log tells more."}
    </p>
  );
}

function PasswordForm(): ReactNode {
  const keep = useKeepSession();
  const client = useQueryClient();
  const errorId = useId();
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [missing, setMissing] = useState<string | null>(null);
  const nameField = useRef<HTMLInputElement>(null);
  const signIn = useAct("signIn", {
    quiet: true,
    onDone: (session) => {
      client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== "getSession" });
      keep(session);
    },
  });
  const error = missing ?? signIn.error?.message ?? null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (signIn.isPending) return;
    if (name.trim() === "" || password === "") {
      setMissing("Enter your name and your password.");
      return;
    }
    setMissing(null);
    signIn.mutate(
      { body: { name: name.trim(), password } },
      {
        onError: () => {
          setPassword("");
          nameField.current?.focus();
        },
      },
    );
  };
  const wrong = {
    "aria-invalid": error !== null || undefined,
    "aria-describedby": error === null ? undefined : errorId,
  };
  return (
    <form onSubmit={submit} noValidate className="grid gap-4">
      <TextField
        ref={nameField}
        label="Name"
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        autoFocus
        required
        value={name}
        onChange={setName}
        {...wrong}
      />
      <PasswordField
        label="Password"
        autoComplete="current-password"
        value={password}
        onChange={setPassword}
        {...wrong}
      />
      <p id={errorId} role="alert" className="font-medium text-failed empty:hidden">
        {error}
      </p>
      <Button type="submit" kind="primary" busy={signIn.isPending} className="w-full">
        {signIn.isPending ? "Signing in…" : "Sign in"}
      </Button>
    </form>
  );
}
