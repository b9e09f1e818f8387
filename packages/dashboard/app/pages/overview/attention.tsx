/** What needs somebody, the most severe first; each line leads to the page that helps. */
import type { Attention } from "@stepwell/api/dashboard";
import { ChevronRight, CircleCheck, Info, type LucideIcon, OctagonX, TriangleAlert } from "lucide-react";
import { Time } from "../../data/time.tsx";
import { Card } from "../../parts/card.tsx";
import { InRow } from "../../parts/in-row.ts";
import { AppLink } from "../../parts/link.tsx";
import { Words } from "../../parts/words.tsx";

const severities: Record<Attention["severity"], { icon: LucideIcon; word: string; tone: string }> = {
  error: { icon: OctagonX, word: "Error", tone: "text-failed" },
  warning: { icon: TriangleAlert, word: "Warning", tone: "text-waiting" },
  notice: { icon: Info, word: "Notice", tone: "text-dim" },
};

export function NeedsAttention({ attention }: { attention: readonly Attention[] }) {
  return (
    <Card title="Needs attention" flush testId="attention">
      {attention.length === 0 ? (
        <p className="flex items-center gap-2 px-4 pb-4 text-dim">
          <CircleCheck aria-hidden size={16} className="text-completed" />
          Nothing does.
        </p>
      ) : (
        <ul className="divide-y divide-line border-t border-line">
          {attention.map((item) => (
            <li key={`${item.kind} ${item.href} ${item.text}`}>
              <Line item={item} />
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function Line({ item }: { item: Attention }) {
  const { icon: Icon, word, tone } = severities[item.severity];
  return (
    <AppLink
      href={item.href}
      className="hover:bg-hover focus-visible:-outline-offset-2 flex items-start gap-2.5 px-4 py-2.5"
    >
      <Icon aria-hidden size={16} className={`mt-0.5 shrink-0 ${tone}`} />
      <span className="min-w-0 flex-1">
        <span className={`mr-1.5 font-medium ${tone}`}>{word}</span>
        <span className="text-ink break-words">
          <InRow value>
            <Words text={item.text} />
          </InRow>
        </span>
        {item.since && (
          <span className="text-dim">
            {" "}
            <Time at={item.since} />
          </span>
        )}
      </span>
      <ChevronRight aria-hidden size={16} className="mt-0.5 shrink-0 text-faint" />
    </AppLink>
  );
}
