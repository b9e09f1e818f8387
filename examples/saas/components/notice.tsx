import type { ReactNode } from "react";

const looks = {
  error: "border-red-300 bg-red-50 text-red-900 dark:border-red-800 dark:bg-red-950 dark:text-red-100",
  success:
    "border-brand-300 bg-brand-50 text-brand-800 dark:border-brand-700 dark:bg-slate-900 dark:text-brand-300",
};

/** A message about what just happened; read out by screen readers. */
export function Notice(props: { kind: keyof typeof looks; id?: string; children: ReactNode }) {
  const { kind, id, children } = props;
  return (
    <p
      id={id}
      role={kind === "error" ? "alert" : "status"}
      className={`mb-6 rounded-lg border px-4 py-3 wrap-anywhere ${looks[kind]}`}
    >
      {children}
    </p>
  );
}
