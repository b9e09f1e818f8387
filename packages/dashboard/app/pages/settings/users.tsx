/** Users: who may sign in, and as what. */
import { type Role, roles, type UserView } from "@stepwell/api/dashboard";
import { Ellipsis, Plus, UserRound } from "lucide-react";
import { type ReactNode, useState } from "react";
import { type Act, useAct, useCall } from "../../data/api.ts";
import { useCan, useSession } from "../../data/session.ts";
import { Time } from "../../data/time.tsx";
import { Button } from "../../parts/button.tsx";
import { Card } from "../../parts/card.tsx";
import { type Column, DataList } from "../../parts/data-list.tsx";
import { FormDialog } from "../../parts/form-dialog.tsx";
import { Menu } from "../../parts/menu.tsx";
import { Empty, Failure, Skeleton } from "../../parts/states.tsx";
import { AddUserDialog, PasswordDialog } from "./user-dialogs.tsx";

type Asked = { what: "remove" | "password"; user: UserView } | null;

export function UsersSection(): ReactNode {
  const users = useCall("listUsers", {});
  const { user: self, mode } = useSession();
  const can = useCan("createUser");
  const [adding, setAdding] = useState(false);
  const [asked, setAsked] = useState<Asked>(null);
  const update = useAct("updateUser", {
    invalidates: ["listUsers"],
    success: ({ name }) => `${name} is changed`,
  });
  const remove = useAct("removeUser", {
    invalidates: ["listUsers"],
    success: "The user is removed",
    onDone: () => setAsked(null),
  });
  return (
    <Card
      title="Users"
      note={
        mode === "dev"
          ? "The development server asks nobody to sign in; these are for stepwell start."
          : "Viewers read. Operators also act on runs, events and functions. Admins can do everything."
      }
      actions={
        <Button
          kind="primary"
          icon={<Plus aria-hidden size={14} />}
          disabledWhy={can}
          onClick={() => setAdding(true)}
        >
          Add user
        </Button>
      }
      flush
    >
      <Failure inline={users.data !== undefined} error={users.error} retry={() => void users.refetch()} />
      {users.data === undefined ? (
        !users.error && <Skeleton />
      ) : users.data.data.length === 0 ? (
        <Empty title="No users yet" icon={<UserRound size={24} aria-hidden />}>
          <p>Whoever is added here can sign in when the same data is served by stepwell start.</p>
        </Empty>
      ) : (
        <DataList
          label="Users"
          rows={users.data.data}
          columns={columns(self?.id ?? null, update, setAsked)}
          keyOf={({ id }) => id}
          testId="user-row"
        />
      )}
      {adding && <AddUserDialog onClose={() => setAdding(false)} />}
      {asked?.what === "password" && <PasswordDialog user={asked.user} onClose={() => setAsked(null)} />}
      <FormDialog
        open={asked?.what === "remove"}
        onClose={() => setAsked(null)}
        title={`Remove ${asked?.user.name ?? ""}?`}
        kind="danger"
        close="Keep"
        submit="Remove the user"
        busy={remove.isPending}
        onSubmit={() => asked && remove.mutate({ params: { id: asked.user.id } })}
      >
        <p>Their sign-ins end at once. What they did stays in the audit log under their name.</p>
      </FormDialog>
    </Card>
  );
}

function columns(
  self: string | null,
  update: Act<"updateUser">,
  ask: (asked: Asked) => void,
): Column<UserView>[] {
  const change = (user: UserView, body: { role?: Role; disabled?: boolean }) =>
    update.mutate({ params: { id: user.id }, body });
  return [
    {
      id: "name",
      title: "Name",
      width: "minmax(120px, 2fr)",
      phone: 1,
      grow: true,
      render: ({ id, name, disabled }) => (
        <>
          <span className="font-medium">{name}</span>
          {id === self && <span className="text-dim"> (you)</span>}
          {disabled && <span className="ml-2 text-xs font-medium text-failed">disabled</span>}
        </>
      ),
    },
    { id: "role", title: "Role", width: "minmax(72px, 1fr)", phone: 2, render: ({ role }) => role },
    {
      id: "sign-in",
      title: "Signs in by",
      width: "minmax(88px, 1fr)",
      phone: 2,
      render: ({ signIn }) => <span className="text-dim">{signIn === "oidc" ? "provider" : "password"}</span>,
    },
    {
      id: "seen",
      title: "Last seen",
      before: "seen",
      width: "minmax(96px, 1fr)",
      phone: 2,
      render: ({ lastSeenAt }) => <Time at={lastSeenAt} empty="never" />,
    },
    {
      id: "created",
      title: "Added",
      width: "minmax(96px, 1fr)",
      render: ({ createdAt }) => <Time at={createdAt} />,
    },
    {
      id: "act",
      title: "Actions",
      titleHidden: true,
      width: "32px",
      align: "end",
      phone: 1,
      render: (user) => (
        <Menu
          label={`Actions for ${user.name}`}
          kind="quiet"
          size="small"
          icon={<Ellipsis aria-hidden size={16} />}
          items={[
            { heading: "Role" },
            ...roles.map((role) => ({
              label: role,
              checked: role === user.role,
              onSelect: () => role !== user.role && change(user, { role }),
            })),
            { separator: true },
            ...(user.signIn === "password"
              ? [{ label: "Set a new password…", onSelect: () => ask({ what: "password", user }) }]
              : []),
            {
              label: user.disabled ? "Enable" : "Disable",
              onSelect: () => change(user, { disabled: !user.disabled }),
              disabledWhy: user.id === self ? "That is you" : true,
            },
            {
              label: "Remove…",
              kind: "danger",
              onSelect: () => ask({ what: "remove", user }),
              disabledWhy: user.id === self ? "That is you" : true,
            },
          ]}
        />
      ),
    },
  ];
}
