/** What a sync came to, in words; and whether an address can be one of an app. */
import type { SyncOutcome } from "@stepwell/api/dashboard";
import { countOf } from "../../charts/numbers.ts";

export function wordsOfSync({ result, functions }: SyncOutcome): string {
  if (result === "pending") return "asked to sync; it registers by itself in a moment";
  const has = functions === null ? "" : `, ${countOf(functions, "function")}`;
  return result === "synced" ? `synced${has}` : `nothing has changed${has}`;
}

/** Why a text is no address of an app; null: it may be one. Without a scheme, `http://` is meant. */
export function readAppUrl(text: string): { url: string } | { problem: string } {
  const given = text.trim();
  if (given === "") return { problem: "Give the address at which the app serves its functions." };
  const url = URL.parse(/^[a-z][a-z\d+.-]*:\/\//i.test(given) ? given : `http://${given}`);
  if (url === null)
    return { problem: "This is not an address. It looks like http://localhost:3000/api/inngest." };
  if (url.protocol !== "http:" && url.protocol !== "https:")
    return { problem: "Only http and https addresses can be called." };
  return { url: url.href };
}
