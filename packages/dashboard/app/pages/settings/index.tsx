/** Settings: a page of sections, each with an address of its own. */

import type { CallName } from "@stepwell/api/dashboard";
import { useParams } from "@tanstack/react-router";
import clsx from "clsx";
import { type ReactNode, useEffect } from "react";
import { mayCall, useSession } from "../../data/session.ts";
import { AppLink, useGo } from "../../parts/link.tsx";
import { Page } from "../../parts/page.tsx";
import { Empty } from "../../parts/states.tsx";
import { NotFoundPage } from "../not-found/index.tsx";
import { AccountSection } from "./account.tsx";
import { AuditSection } from "./audit.tsx";
import { HealthSection } from "./health.tsx";
import { KeysSection } from "./keys.tsx";
import { UsersSection } from "./users.tsx";

interface Section {
  id: string;
  title: string;
  /** What it has to read. */
  reads: CallName | null;
  /** False: the app around a mounted dashboard has users and keys of its own. */
  mounted: boolean;
  Content(): ReactNode;
}
const sections: readonly Section[] = [
  { id: "account", title: "Account", reads: null, mounted: true, Content: AccountSection },
  { id: "users", title: "Users", reads: "listUsers", mounted: false, Content: UsersSection },
  { id: "keys", title: "API keys", reads: "listKeys", mounted: false, Content: KeysSection },
  { id: "audit", title: "Audit log", reads: "listAudit", mounted: true, Content: AuditSection },
  { id: "health", title: "Health", reads: "getHealth", mounted: true, Content: HealthSection },
];

export function SettingsPage(): ReactNode {
  const { section } = useParams({ from: "/settings/$section" });
  const { mode, user } = useSession();
  const go = useGo();
  const shown = sections.filter(({ mounted }) => mounted || mode !== "mounted");
  const chosen = shown.find(({ id }) => id === section);
  useEffect(() => {
    document.querySelector("[data-chosen-section]")?.scrollIntoView({ block: "nearest", inline: "center" });
  }, []);
  if (chosen === undefined) return <NotFoundPage />;
  const can = chosen.reads === null ? true : mayCall(chosen.reads, user?.role ?? null);
  return (
    <Page title={`${chosen.title} · Settings`} heading="Settings">
      <nav aria-label="Settings" className="tab-list">
        {shown.map(({ id, title }) => (
          <AppLink
            key={id}
            href={`/settings/${id}`}
            className={clsx("tab", id === section && "tab-chosen")}
            aria-current={id === section ? "page" : undefined}
            data-chosen-section={id === section || undefined}
          >
            {title}
          </AppLink>
        ))}
      </nav>
      {can === true ? (
        <chosen.Content />
      ) : (
        <div className="card">
          <Empty title="This is not yours to see">
            <p>{can}. An admin can give it to you under Users.</p>
            <button type="button" className="link" onClick={() => go("/settings/account")}>
              To your account
            </button>
          </Empty>
        </div>
      )}
    </Page>
  );
}
