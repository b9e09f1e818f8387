/** Where apps reach the server whose dashboard this is. */
import type { SessionView } from "@stepwell/api/dashboard";
import { boot } from "../../data/boot.ts";

/** Null: the dashboard is mounted in another app, so the page's own address says nothing. */
export function serverAddress(mode: SessionView["mode"]): string | null {
  return mode === "mounted" ? null : `${location.origin}${boot.base}`;
}
