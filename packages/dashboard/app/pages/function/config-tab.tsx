/** A function's configuration in words, rule by rule, under the SDK's own names. */
import type { FunctionDetail } from "@stepwell/api/dashboard";
import { Card } from "../../parts/card.tsx";
import { Copy } from "../../parts/copy.tsx";
import { Words } from "../../parts/words.tsx";

export function ConfigTab({ fn }: { fn: FunctionDetail }) {
  return (
    <Card title="Configuration" note="Set in code; a sync brings what changed." flush>
      <dl className="divide-y divide-line border-t border-line">
        {fn.config.map(({ option, text }) => (
          <Line key={`${option} ${text}`} term={<code>{option}</code>}>
            <Words text={text} />
          </Line>
        ))}
        <Line term="Called at">
          <span className="inline-flex max-w-full items-center gap-1">
            <code className="break-all">{fn.url}</code>
            <Copy text={fn.url} label="Copy the address" />
          </span>
        </Line>
        <Line term="Version">{fn.version}, counted by syncs that changed it</Line>
      </dl>
    </Card>
  );
}

function Line({ term, children }: { term: React.ReactNode; children: React.ReactNode }) {
  return (
    <div className="grid gap-x-4 gap-y-1 px-4 py-2.5 sm:grid-cols-[9rem_minmax(0,1fr)]">
      <dt className="text-dim">{term}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </div>
  );
}
