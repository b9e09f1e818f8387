/** One of a few, side by side. Radio buttons underneath, so arrows work. */
import clsx from "clsx";
import { type ReactNode, useId } from "react";

export interface ChoiceProps<Value extends string> {
  label: string;
  /** True: the label is for screen readers only. */
  labelHidden?: boolean | undefined;
  value: Value;
  options: readonly { value: Value; label: string }[];
  onChange(value: NoInfer<Value>): void;
}

/** A row of choices. */
export function Choice<Value extends string>({
  label,
  labelHidden,
  value,
  options,
  onChange,
}: ChoiceProps<Value>): ReactNode {
  const name = useId();
  return (
    <fieldset className="min-w-0">
      <legend className={clsx("mb-1 font-medium text-ink", labelHidden && "sr-only")}>{label}</legend>
      <div className="choice">
        {options.map((option) => (
          <label
            key={option.value}
            className={clsx("choice-item", option.value === value && "choice-chosen")}
          >
            <input
              type="radio"
              className="sr-only"
              name={name}
              value={option.value}
              checked={option.value === value}
              onChange={() => onChange(option.value)}
            />
            {option.label}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
