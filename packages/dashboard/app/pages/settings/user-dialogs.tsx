/** Adding a user, and giving one a new password. */
import { type Role, roles, type UserView } from "@stepwell/api/dashboard";
import { type ReactNode, useState } from "react";
import { useAct } from "../../data/api.ts";
import { passwordNote, passwordTrouble } from "../../data/password-rule.ts";
import { SelectField, TextField } from "../../parts/fields.tsx";
import { FormDialog } from "../../parts/form-dialog.tsx";
import { PasswordField } from "../../parts/password-field.tsx";

const roleOptions = roles.map((role) => ({
  value: role,
  label: {
    viewer: "Viewer: reads",
    operator: "Operator: also acts on runs, events and functions",
    admin: "Admin: everything",
  }[role],
}));

export function AddUserDialog({ onClose }: { onClose(): void }): ReactNode {
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("viewer");
  const [password, setPassword] = useState("");
  const [wrong, setWrong] = useState<{ name?: string | null; password?: string | null }>({});
  const create = useAct("createUser", {
    invalidates: ["listUsers"],
    quiet: true,
    success: ({ name }) => `${name} is added`,
    onDone: onClose,
  });
  const submit = () => {
    const found = { name: name.trim() === "" ? "Choose a name." : null, password: passwordTrouble(password) };
    setWrong(found);
    if (found.name === null && found.password === null)
      create.mutate({ body: { name: name.trim(), role, password } });
  };
  return (
    <FormDialog
      onClose={onClose}
      title="Add a user"
      submit="Add user"
      busy={create.isPending}
      onSubmit={submit}
    >
      <div className="grid gap-4">
        <TextField
          label="Name"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          autoFocus
          value={name}
          onChange={setName}
          error={wrong.name ?? create.error?.message}
        />
        <SelectField label="Role" value={role} options={roleOptions} onChange={setRole} />
        <PasswordField
          label="First password"
          autoComplete="new-password"
          value={password}
          onChange={setPassword}
          error={wrong.password}
          note={`${passwordNote} Pass it on by a safe way; they can change it under Account.`}
        />
      </div>
    </FormDialog>
  );
}

export function PasswordDialog({ user, onClose }: { user: UserView; onClose(): void }): ReactNode {
  const [password, setPassword] = useState("");
  const [wrong, setWrong] = useState<string | null>(null);
  const update = useAct("updateUser", {
    invalidates: ["listUsers"],
    quiet: true,
    success: `${user.name} has a new password`,
    onDone: onClose,
  });
  const submit = () => {
    const found = passwordTrouble(password);
    setWrong(found);
    if (found === null) update.mutate({ params: { id: user.id }, body: { password } });
  };
  return (
    <FormDialog
      onClose={onClose}
      title={`New password for ${user.name}`}
      submit="Set password"
      busy={update.isPending}
      onSubmit={submit}
    >
      <PasswordField
        label="New password"
        autoComplete="new-password"
        autoFocus
        value={password}
        onChange={setPassword}
        error={wrong ?? update.error?.message}
        note={`${passwordNote} Their sign-ins end.`}
      />
    </FormDialog>
  );
}
