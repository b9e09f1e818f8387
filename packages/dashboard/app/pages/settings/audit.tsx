/** The audit log: who did what, newest first. */
import { type AuditEntry, routes } from "@stepwell/api/dashboard";
import { useSearch } from "@tanstack/react-router";
import { ScrollText } from "lucide-react";
import { type FormEvent, type ReactNode, useState } from "react";
import { usePages } from "../../data/api.ts";
import { stringifySearch } from "../../data/search-params.ts";
import { Time } from "../../data/time.tsx";
import { Button } from "../../parts/button.tsx";
import { Card } from "../../parts/card.tsx";
import { type Column, DataList } from "../../parts/data-list.tsx";
import { Definition } from "../../parts/definition.tsx";
import { Drawer } from "../../parts/dialog.tsx";
import { SelectField, TextField } from "../../parts/fields.tsx";
import { JsonTree } from "../../parts/json-tree.tsx";
import { AppLink, useGo } from "../../parts/link.tsx";
import { LoadMore } from "../../parts/load-more.tsx";
import { Empty, Failure, Skeleton } from "../../parts/states.tsx";
import { hrefOfTarget } from "./target.ts";

const actions = [
  ...new Set(Object.values(routes).flatMap(({ audit }) => (audit === undefined ? [] : [audit]))),
].sort();

export function AuditSection(): ReactNode {
  const { actor, action } = useSearch({ from: "/settings/$section" });
  const log = usePages("listAudit", { query: { actor, action, limit: 50 } });
  const go = useGo();
  const [shown, setShown] = useState<AuditEntry | null>(null);
  const filtered = actor !== undefined || action !== undefined;
  return (
    <>
      <Filters key={`${actor} ${action}`} actor={actor} action={action} />
      <Card
        title="Audit log"
        note="Every act through the dashboard or its API. Entries are never changed."
        flush
      >
        <Failure inline={log.rows.length > 0} error={log.error} retry={log.refetch} />
        {log.loading ? (
          !log.error && <Skeleton lines={6} />
        ) : log.rows.length === 0 ? (
          <Empty
            title={filtered ? "Nothing matches" : "Nothing was done yet"}
            icon={<ScrollText size={24} aria-hidden />}
          >
            {filtered ? (
              <Button onClick={() => go("/settings/audit")}>Show everything</Button>
            ) : (
              <p>
                As soon as somebody cancels a run, pauses a function or sends an event here, it is listed.
              </p>
            )}
          </Empty>
        ) : (
          <DataList
            label="Audit log"
            rows={log.rows}
            columns={columns(setShown)}
            keyOf={({ id }) => id}
            stale={log.stale}
            testId="audit-row"
          />
        )}
        <LoadMore
          more={log.more}
          loading={log.loadingMore}
          onMore={log.loadMore}
          automatic={log.error === null}
        />
      </Card>
      <Drawer open={shown !== null} onClose={() => setShown(null)} title={shown?.action ?? ""}>
        {shown && <Entry entry={shown} />}
      </Drawer>
    </>
  );
}

function Filters({
  actor = "",
  action = "",
}: {
  actor?: string | undefined;
  action?: string | undefined;
}): ReactNode {
  const go = useGo();
  const [who, setWho] = useState(actor);
  const show = (search: { actor?: string; action?: string }) =>
    go(
      `/settings/audit${stringifySearch({ actor: search.actor || undefined, action: search.action || undefined })}`,
    );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    show({ actor: who.trim(), action });
  };
  return (
    <form className="mb-4 flex flex-wrap items-end gap-3" onSubmit={submit}>
      <TextField
        label="Who"
        value={who}
        onChange={setWho}
        placeholder="Name of a user or key"
        autoComplete="off"
        className="w-56 max-sm:w-full"
        data-search
      />
      <SelectField
        label="What"
        value={action}
        options={[
          { value: "", label: "Everything" },
          ...actions.map((each) => ({ value: each, label: each })),
        ]}
        onChange={(next) => show({ actor: who.trim(), action: next })}
        className="w-48 max-sm:w-full"
      />
      <Button type="submit">Filter</Button>
    </form>
  );
}

function columns(show: (entry: AuditEntry) => void): Column<AuditEntry>[] {
  return [
    { id: "at", title: "When", width: "112px", phone: 2, render: ({ at }) => <Time at={at} /> },
    {
      id: "actor",
      title: "Who",
      width: "minmax(96px, 1fr)",
      phone: 2,
      render: ({ actor, actorKind }) => (
        <>
          {actor} {actorKind !== "user" && <span className="text-dim">({kinds[actorKind]})</span>}
        </>
      ),
    },
    {
      id: "action",
      title: "What",
      width: "minmax(120px, 1fr)",
      phone: 1,
      grow: true,
      render: ({ action }) => <code>{action}</code>,
    },
    {
      id: "target",
      title: "On",
      width: "minmax(120px, 2fr)",
      phone: 2,
      grow: true,
      render: ({ target }) => <Target target={target} />,
    },
    {
      id: "address",
      title: "From",
      width: "minmax(80px, 1fr)",
      render: ({ address }) => <span className="text-dim">{address ?? "–"}</span>,
    },
    {
      id: "act",
      title: "Details",
      titleHidden: true,
      width: "64px",
      align: "end",
      phone: 1,
      render: (entry) => (
        <Button size="small" kind="quiet" onClick={() => show(entry)}>
          Details<span className="sr-only"> of {entry.action}</span>
        </Button>
      ),
    },
  ];
}

const kinds: Record<AuditEntry["actorKind"], string> = {
  user: "user",
  key: "API key",
  mounted: "app's user",
  dev: "dev server",
  nobody: "nobody",
};

function Target({ target }: { target: string | null }): ReactNode {
  if (target === null) return <span className="text-faint">–</span>;
  const href = hrefOfTarget(target);
  return href === null ? (
    target
  ) : (
    <AppLink className="link inline-block py-1.5" href={href}>
      {target}
    </AppLink>
  );
}

function Entry({ entry }: { entry: AuditEntry }): ReactNode {
  return (
    <div className="grid gap-4">
      <Definition
        items={[
          { term: "When", value: <Time at={entry.at} as="absolute" /> },
          { term: "Who", value: `${entry.actor} (${kinds[entry.actorKind]})` },
          { term: "On", value: <Target target={entry.target} /> },
          { term: "From", value: entry.address ?? "–" },
          { term: "Request", value: <code>{entry.requestId}</code> },
        ]}
      />
      {entry.detail !== null && <JsonTree value={entry.detail} label="Details" />}
    </div>
  );
}
