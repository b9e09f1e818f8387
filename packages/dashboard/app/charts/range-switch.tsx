/** How far back charts and counts reach. */
import { type Range, ranges } from "@stepwell/api/dashboard";
import { wordsOfRange } from "./summary.ts";

interface RangeSwitchProps {
  value: Range;
  onChange: (range: Range) => void;
}

export function RangeSwitch({ value, onChange }: RangeSwitchProps) {
  return (
    <fieldset className="inline-flex min-w-0 rounded-md border border-line bg-panel p-0.5">
      <legend className="sr-only">Range</legend>
      {ranges.map((range) => (
        <button
          key={range}
          type="button"
          aria-pressed={range === value}
          title={`The ${wordsOfRange(range)}`}
          className="min-h-[26px] rounded-sm px-2.5 text-xs font-medium text-dim tabular-nums hover:text-ink aria-pressed:bg-accent-soft aria-pressed:text-accent"
          onClick={() => onChange(range)}
        >
          {range}
        </button>
      ))}
    </fieldset>
  );
}
