import { Card } from "@/components/card.tsx";
import { When } from "@/components/when.tsx";
import { sayAgo } from "@/lib/instants.ts";
import { services } from "@/services/index.ts";
import { spellOut } from "./job-view.ts";

const ROWS = 10;

/** The latest entries of the audit log: among them who started which job. */
export async function AuditLog() {
  const { audit, users } = services();
  const entries = await audit.list(ROWS);
  const actorIds = [...new Set(entries.flatMap(({ actorId }) => actorId ?? []))];
  const found = await Promise.all(actorIds.map((id) => users.find(id)));
  const nameOf = new Map(found.flatMap((user) => (user ? [[user.id, user.name] as const] : [])));
  const now = new Date();
  return (
    <div className="mt-10">
      <Card title="Audit log">
        {entries.length === 0 && <p>Nothing has been logged yet.</p>}
        <ul className="-my-2 divide-y divide-slate-200 dark:divide-slate-800">
          {entries.map(({ id, actorId, action, subject, createdAt }) => (
            <li key={id} className="grid gap-x-4 py-2 text-sm sm:grid-cols-[9rem_1fr]">
              <span>
                <When {...spellOut(createdAt)} text={sayAgo(createdAt, now)} />
              </span>
              <span className="wrap-anywhere">
                <strong>{(actorId && nameOf.get(actorId)) ?? actorId ?? "The app"}</strong> {action} {subject}
              </span>
            </li>
          ))}
        </ul>
      </Card>
    </div>
  );
}
