/** A labelled input; the hint is tied to it. */
type FieldProps = {
  label: string;
  name: string;
  type?: "text" | "email" | "date";
  hint?: string;
  defaultValue?: string | undefined;
  required?: boolean;
  autoComplete?: string;
  maxLength?: number;
};

export function Field({ label, name, hint, type = "text", ...input }: FieldProps) {
  const hintId = hint ? `${name}-hint` : undefined;
  return (
    <div className="grid gap-1.5">
      <label htmlFor={name} className="text-sm font-medium">
        {label}
      </label>
      <input id={name} name={name} type={type} aria-describedby={hintId} className={control} {...input} />
      {hint && (
        <p id={hintId} className="text-sm text-slate-600 dark:text-slate-400">
          {hint}
        </p>
      )}
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
    <div className="grid gap-1.5">
      <label htmlFor={name} className="text-sm font-medium">
        {label}
      </label>
      <select id={name} name={name} defaultValue={defaultValue} className={control}>
        {options.map(({ value, text }) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
}

export function SubmitButton({ children }: { children: string }) {
  return (
    <button
      type="submit"
      className="h-11 rounded-lg bg-brand-700 px-5 font-semibold text-white hover:bg-brand-800"
    >
      {children}
    </button>
  );
}

const control =
  "h-11 w-full rounded-lg border border-slate-400 bg-white px-3 text-base dark:border-slate-600 dark:bg-slate-900";
