/** How links in texts look, and those that look like a button. */
export const textLink = "font-medium text-brand-700 underline underline-offset-4 dark:text-brand-300";
export const primaryLink =
  "inline-flex h-11 items-center rounded-lg bg-brand-700 px-5 font-semibold text-white hover:bg-brand-800";
export const secondaryLink =
  "inline-flex h-11 items-center rounded-lg border border-slate-400 px-5 font-semibold hover:bg-slate-100 dark:border-slate-600 dark:hover:bg-slate-800";
