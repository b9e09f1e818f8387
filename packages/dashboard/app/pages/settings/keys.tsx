/** API keys: for programs that use the dashboard's API. A secret is shown once, when it is made. */
import type { ApiKeyView } from "@stepwell/api/dashboard";
import { KeyRound, Plus } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useAct, useCall } from "../../data/api.ts";
import { serverNow } from "../../data/server-clock.ts";
import { useCan } from "../../data/session.ts";
import { Time } from "../../data/time.tsx";
import { Button } from "../../parts/button.tsx";
import { Card } from "../../parts/card.tsx";
import { type Column, DataList } from "../../parts/data-list.tsx";
import { FormDialog } from "../../parts/form-dialog.tsx";
import { Empty, Failure, Skeleton } from "../../parts/states.tsx";
import { CreateKeyDialog } from "./create-key.tsx";

export function KeysSection(): ReactNode {
  const keys = useCall("listKeys", {});
  const can = useCan("createKey");
  const [creating, setCreating] = useState(false);
  const [revoking, setRevoking] = useState<ApiKeyView | null>(null);
  const revoke = useAct("revokeKey", {
    invalidates: ["listKeys"],
    success: "The key is revoked",
    onDone: () => setRevoking(null),
  });
  const create = (
    <Button
      kind="primary"
      icon={<Plus aria-hidden size={14} />}
      disabledWhy={can}
      onClick={() => setCreating(true)}
    >
      New key
    </Button>
  );
  return (
    <Card
      title="API keys"
      note="For programs that use the dashboard's API. Apps and SDKs use the event and signing keys of the configuration instead."
      actions={create}
      flush
    >
      <Failure inline={keys.data !== undefined} error={keys.error} retry={() => void keys.refetch()} />
      {keys.data === undefined ? (
        !keys.error && <Skeleton />
      ) : keys.data.data.length === 0 ? (
        <Empty title="No API keys yet" icon={<KeyRound size={24} aria-hidden />}>
          <p>Make one for a script, a CI job or a monitor, with no more scopes than it needs.</p>
        </Empty>
      ) : (
        <DataList
          label="API keys"
          rows={keys.data.data}
          columns={columns(setRevoking)}
          keyOf={({ id }) => id}
          testId="key-row"
        />
      )}
      {creating && <CreateKeyDialog onClose={() => setCreating(false)} />}
      <FormDialog
        open={revoking !== null}
        onClose={() => setRevoking(null)}
        title={`Revoke ${revoking?.name ?? ""}?`}
        kind="danger"
        close="Keep"
        submit="Revoke the key"
        busy={revoke.isPending}
        onSubmit={() => revoking && revoke.mutate({ params: { id: revoking.id } })}
      >
        <p>
          What uses the key ending in <code>{revoking?.ending}</code> is refused from now on. This cannot be
          taken back.
        </p>
      </FormDialog>
    </Card>
  );
}

function stateOf({ revokedAt, expiresAt }: ApiKeyView): "Revoked" | "Expired" | null {
  if (revokedAt !== null) return "Revoked";
  return expiresAt !== null && Date.parse(expiresAt) <= serverNow() ? "Expired" : null;
}

function columns(revoke: (key: ApiKeyView) => void): Column<ApiKeyView>[] {
  return [
    {
      id: "name",
      title: "Name",
      width: "minmax(120px, 1.4fr)",
      phone: 1,
      grow: true,
      render: ({ name, ending }) => (
        <>
          <span className="font-medium">{name}</span> <code className="text-dim">…{ending}</code>
        </>
      ),
    },
    {
      id: "scopes",
      title: "Scopes",
      width: "minmax(120px, 2fr)",
      phone: 2,
      grow: true,
      render: ({ scopes }) => <span className="text-dim">{scopes.join(", ")}</span>,
    },
    {
      id: "used",
      title: "Last used",
      width: "96px",
      render: ({ lastUsedAt }) => <Time at={lastUsedAt} empty="never" />,
    },
    {
      id: "expires",
      title: "Expires",
      width: "96px",
      phone: 2,
      render: (key) =>
        stateOf(key) ? (
          <span className="font-medium text-failed">{stateOf(key)}</span>
        ) : (
          <>
            <span className="md:hidden">expires </span>
            <Time at={key.expiresAt} empty="never" />
          </>
        ),
    },
    {
      id: "created",
      title: "Made",
      width: "minmax(120px, 1fr)",
      render: ({ createdAt, createdBy }) => (
        <span className="text-dim">
          <Time at={createdAt} /> by {createdBy}
        </span>
      ),
    },
    {
      id: "act",
      title: "Actions",
      titleHidden: true,
      width: "72px",
      align: "end",
      phone: 1,
      render: (key) =>
        key.revokedAt === null ? (
          <Button size="small" kind="quiet" onClick={() => revoke(key)}>
            Revoke<span className="sr-only"> {key.name}</span>
          </Button>
        ) : null,
    },
  ];
}
