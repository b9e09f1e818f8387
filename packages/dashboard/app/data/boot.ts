/**
 * What the server wrote into the page: where the dashboard is mounted, and the nonce for styles that a
 * library makes at run time. And the session's token for writes, from when the session is known.
 */

interface Boot {
  /** Path that the dashboard is mounted at, without a slash at its end; empty: the root. */
  base: string;
  /** For `style` elements of libraries; null: the page was served without one. */
  nonce: string | null;
}

function readBoot(): Boot {
  const text = globalThis.document?.getElementById("stepwell-boot")?.textContent ?? "{}";
  let given: Record<string, unknown> = {};
  try {
    given = JSON.parse(text) as Record<string, unknown>;
  } catch {
    // A page that nobody filled in: mounted at the root.
  }
  const nonce = given.nonce ?? given.cspNonce;
  return {
    base: typeof given.base === "string" ? given.base.replace(/\/+$/, "") : "",
    nonce: typeof nonce === "string" && nonce !== "" ? nonce : null,
  };
}

export const boot: Boot = readBoot();

let csrf: string | null = null;

/** The value of the header that every write carries; an open dev server takes any. */
export function csrfToken(): string {
  return csrf ?? "open";
}

/** To be called with each session that the server answers. */
export function keepCsrf(token: string | null): void {
  csrf = token;
}
