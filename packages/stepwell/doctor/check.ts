/** What `stepwell doctor` finds: one line each, in words, with the cure where one is needed. */
export interface Check {
  /** What was looked at: `node`, `config`, `data`, `file`, `port`, `server`, `app` … */
  name: string;
  /** `note`: good to know. `warning`: works, and will surprise. `broken`: does not work. */
  is: "ok" | "note" | "warning" | "broken";
  says: string;
  /** What to do. */
  cure?: string;
}

export const ok = (name: string, says: string): Check => ({ name, is: "ok", says });
export const note = (name: string, says: string): Check => ({ name, is: "note", says });
export const warning = (name: string, says: string, cure: string): Check => ({
  name,
  is: "warning",
  says,
  cure,
});
export const broken = (name: string, says: string, cure: string): Check => ({
  name,
  is: "broken",
  says,
  cure,
});

export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A URL without the password in it. */
export function withoutLogin(text: string): string {
  return text.replace(/\/\/[^/@\s]*@/g, "//…@");
}
