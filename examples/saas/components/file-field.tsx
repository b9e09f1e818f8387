import { Labelled } from "./field.tsx";

type Props = { label: string; name: string; hint: string };

/** A labelled choice of one file. */
export function FileField({ label, name, hint }: Props) {
  return (
    <Labelled label={label} name={name} hint={hint}>
      <input
        id={name}
        name={name}
        type="file"
        required
        aria-describedby={`${name}-hint`}
        className="w-full rounded-lg border border-slate-400 bg-white text-sm file:mr-4 file:h-11 file:bg-slate-100 file:px-4 file:font-medium dark:border-slate-600 dark:bg-slate-900 dark:file:bg-slate-800"
      />
    </Labelled>
  );
}
