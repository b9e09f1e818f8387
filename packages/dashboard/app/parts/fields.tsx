/** Form fields: label, control, note and error, tied together for screen readers. */
import clsx from "clsx";
import { type InputHTMLAttributes, type ReactNode, type Ref, type SelectHTMLAttributes, useId } from "react";

interface Labelled {
  label: string;
  /** True: the label is for screen readers only. */
  labelHidden?: boolean | undefined;
  /** One line below the control. */
  note?: ReactNode;
  /** Why the value is refused. */
  error?: string | null | undefined;
  className?: string | undefined;
}
interface FieldParts {
  id: string;
  "aria-describedby": string | undefined;
  "aria-invalid": true | undefined;
}

function Field({
  label,
  labelHidden,
  note,
  error,
  className,
  end,
  children,
}: Labelled & { end?: ReactNode; children(parts: FieldParts): ReactNode }): ReactNode {
  const id = useId();
  const described = clsx(note !== undefined && `${id}-note`, error && `${id}-error`);
  return (
    <div className={clsx("relative min-w-0", className)}>
      <label htmlFor={id} className={clsx("mb-1 block font-medium text-ink", labelHidden && "sr-only")}>
        {label}
      </label>
      {children({ id, "aria-describedby": described || undefined, "aria-invalid": error ? true : undefined })}
      {/* Seen at the end of the label's line; after the control, so that Tab comes to that first. */}
      {end !== undefined && <div className="absolute top-0 right-0">{end}</div>}
      {note !== undefined && (
        <p id={`${id}-note`} className="mt-1 text-xs text-dim">
          {note}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} className="mt-1 text-xs font-medium text-failed">
          {error}
        </p>
      )}
    </div>
  );
}

type Own = "value" | "onChange" | "id" | "className";

export interface TextFieldProps extends Labelled, Omit<InputHTMLAttributes<HTMLInputElement>, Own> {
  value: string;
  onChange(value: string): void;
  /** At the end of the label's line. */
  end?: ReactNode;
  ref?: Ref<HTMLInputElement>;
}
/** One line of text. */
export function TextField({
  label,
  labelHidden,
  note,
  error,
  className,
  end,
  value,
  onChange,
  ...rest
}: TextFieldProps): ReactNode {
  return (
    <Field {...{ label, labelHidden, note, error, className, end }}>
      {(parts) => (
        <input
          type="text"
          {...withDescription(rest, parts)}
          className="field"
          value={value}
          onChange={({ target }) => onChange(target.value)}
        />
      )}
    </Field>
  );
}

export interface SelectFieldProps<Value extends string>
  extends Labelled,
    Omit<SelectHTMLAttributes<HTMLSelectElement>, Own> {
  value: Value;
  options: readonly { value: Value; label: string }[];
  onChange(value: NoInfer<Value>): void;
}
/** One of several, by the browser's own select. */
export function SelectField<Value extends string>({
  label,
  labelHidden,
  note,
  error,
  className,
  value,
  options,
  onChange,
  ...rest
}: SelectFieldProps<Value>): ReactNode {
  return (
    <Field {...{ label, labelHidden, note, error, className }}>
      {(parts) => (
        <select
          {...withDescription(rest, parts)}
          className="field field-select"
          value={value}
          onChange={({ target }) => onChange(target.value as Value)}
        >
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

export interface CheckFieldProps
  extends Omit<InputHTMLAttributes<HTMLInputElement>, Own | "type" | "checked"> {
  label: ReactNode;
  note?: ReactNode;
  checked: boolean;
  onChange(checked: boolean): void;
  className?: string | undefined;
}
/** Yes or no. */
export function CheckField({
  label,
  note,
  checked,
  onChange,
  className,
  ...rest
}: CheckFieldProps): ReactNode {
  const id = useId();
  return (
    <div className={clsx("flex items-start gap-2", className)}>
      <input
        {...rest}
        type="checkbox"
        id={id}
        className="check mt-0.5"
        checked={checked}
        aria-describedby={note === undefined ? undefined : `${id}-note`}
        onChange={({ target }) => onChange(target.checked)}
      />
      <div className="min-w-0">
        <label htmlFor={id} className="text-ink">
          {label}
        </label>
        {note !== undefined && (
          <p id={`${id}-note`} className="text-xs text-dim">
            {note}
          </p>
        )}
      </div>
    </div>
  );
}

/** A description that the caller gives is kept beside our own. */
function withDescription<Rest extends { "aria-describedby"?: string | undefined }>(
  rest: Rest,
  parts: FieldParts,
): Rest & FieldParts {
  const both = clsx(rest["aria-describedby"], parts["aria-describedby"]);
  return {
    ...rest,
    ...parts,
    "aria-describedby": both || undefined,
    "aria-invalid": parts["aria-invalid"] ?? (rest as Partial<FieldParts>)["aria-invalid"],
  };
}
