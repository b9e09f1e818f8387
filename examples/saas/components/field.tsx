import type { ReactNode } from "react";

type LabelledProps = { label: string; name: string; hint?: string | undefined; children: ReactNode };

/** A control with its label above and its hint beneath; the control's id is `name`. */
export function Labelled({ label, name, hint, children }: LabelledProps) {
  return (
    <div className="grid gap-1.5">
      <label htmlFor={name} className="text-sm font-medium">
        {label}
      </label>
      {children}
      {hint && <Hint id={`${name}-hint`}>{hint}</Hint>}
    </div>
  );
}

/** A labelled input; its hint is tied to it, and the message that says it is wrong (`errorId`). */
type FieldProps = {
  label: string;
  name: string;
  type?: "text" | "email" | "date";
  hint?: string;
  errorId?: string | undefined;
  defaultValue?: string | undefined;
  required?: boolean;
  autoComplete?: string;
  maxLength?: number;
};

export function Field({ label, name, hint, errorId, type = "text", ...input }: FieldProps) {
  const hintId = hint ? `${name}-hint` : undefined;
  return (
    <Labelled label={label} name={name} hint={hint}>
      <input
        id={name}
        name={name}
        type={type}
        aria-invalid={errorId ? true : undefined}
        aria-describedby={idsOf(hintId, errorId)}
        className={control}
        {...input}
      />
    </Labelled>
  );
}

export function Hint({ id, children }: { id?: string | undefined; children: string }) {
  return (
    <p id={id} className="text-sm text-slate-600 dark:text-slate-400">
      {children}
    </p>
  );
}

/** For `aria-describedby`: those that are there. */
export function idsOf(...ids: (string | undefined)[]): string | undefined {
  return ids.filter(Boolean).join(" ") || undefined;
}

type CheckboxProps = { label: string; name: string; hint: string; defaultChecked: boolean };

export function Checkbox({ label, name, hint, defaultChecked }: CheckboxProps) {
  return (
    <div className="grid grid-cols-[auto_1fr] items-start gap-x-3 gap-y-1.5">
      <input
        id={name}
        name={name}
        type="checkbox"
        defaultChecked={defaultChecked}
        aria-describedby={`${name}-hint`}
        className="mt-0.5 size-5 accent-brand-700 dark:accent-brand-300"
      />
      <label htmlFor={name} className="text-sm font-medium">
        {label}
      </label>
      <span />
      <Hint id={`${name}-hint`}>{hint}</Hint>
    </div>
  );
}

type ChoiceProps = {
  label: string;
  name: string;
  defaultValue?: string | undefined;
  options: readonly { value: string; text: string }[];
};

export function Choice({ label, name, defaultValue, options }: ChoiceProps) {
  return (
    <Labelled label={label} name={name}>
      <select id={name} name={name} defaultValue={defaultValue} className={control}>
        {options.map(({ value, text }) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </Labelled>
  );
}

/** On a phone as wide as its form, as all buttons that send one. */
export function SubmitButton({ children }: { children: string }) {
  return (
    <button
      type="submit"
      className="h-11 w-full rounded-lg bg-brand-700 px-5 font-semibold text-white hover:bg-brand-800 sm:w-auto"
    >
      {children}
    </button>
  );
}

const wrong = "aria-invalid:border-2 aria-invalid:border-red-700 dark:aria-invalid:border-red-400";

export const control = `h-11 w-full rounded-lg border border-slate-400 bg-white px-3 text-base dark:border-slate-600 dark:bg-slate-900 ${wrong}`;
