/** Who is let in where: pure. */
import type { SessionView } from "@stepwell/api/dashboard";

export type Door =
  | { is: "in" }
  /** A page without the frame. */
  | { is: "bare" }
  | { is: "go"; to: string }
  /** Mounted, and the app around it did not say who it is. */
  | { is: "stranger" };

/**
 * What an address leads to for somebody.
 * @param path without search and hash, below the base
 * @param href the same with both
 */
export function doorOf(session: SessionView, path: string, href: string): Door {
  if (session.setupNeeded) return path === "/set-up" ? { is: "bare" } : { is: "go", to: "/set-up" };
  if (session.user === null) {
    if (session.signIn === null) return { is: "stranger" };
    // A link of the log that came too late still says so.
    if (path === "/sign-in" || path === "/set-up") return { is: "bare" };
    const next = href === "/" ? "" : `?next=${encodeURIComponent(href)}`;
    return { is: "go", to: `/sign-in${next}` };
  }
  if (path === "/set-up") return { is: "go", to: "/" };
  if (path === "/sign-in") return { is: "bare" };
  return { is: "in" };
}
