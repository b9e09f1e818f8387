/** The filter language by examples; each can be taken over. */
import type { ReactNode } from "react";

const examples: readonly [text: string, words: string][] = [
  ["status:failed,cancelled", "one of several"],
  ["-status:completed", "not"],
  ["function:billing-*", "any characters"],
  ["since:24h", "the last day; also a time like 2026-11-24T10:00Z"],
  ["duration:>5s", "took longer; also <2m"],
  ['event.data.userId:"u 1"', "a field of the event's data"],
  ["output.total:5", "a field of what was returned"],
  ["error.name:CardError", "what it failed with"],
  ["cron:true", "started by a schedule"],
  ['refused "not enough"', "words in the event, the output or the error"],
];

export function FilterHelp({ onPick }: { onPick(example: string): void }): ReactNode {
  return (
    <section className="filter-help" aria-label="How to filter">
      <p className="mb-2 text-dim">
        Terms with a space between must all hold; a comma means "or", a minus in front "not". Press one to add
        it.
      </p>
      <ul className="filter-examples">
        {examples.map(([text, words]) => (
          <li key={text}>
            <button type="button" className="filter-example" onClick={() => onPick(text)}>
              <code>{text}</code>
              <span className="text-xs text-dim">{words}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
