/**
 * Serves the pages below a base: the hashed files for ever, and index.html for every other address, with
 * the base and a fresh nonce filled in. The policy lets nothing run or load that is not ours (dashboard.md §10).
 */
import { type Asset, loadAssets } from "./assets.ts";

export interface PageOptions {
  /** Where the dashboard is mounted, like `/admin/jobs`; "" at the root. */
  base: string;
  /** False: files go out as they are, since a framework around may drop `content-encoding` (Next does). Default true. */
  packed?: boolean;
}

/** Answers a GET of a page or a file of it; null: the address is not below the base. */
export type ServePages = (request: Request) => Promise<Response | null>;

/** @throws Error for a base that is no path */
export function servePages({ base, packed = true }: PageOptions): ServePages {
  checkBase(base);
  return async (request) => {
    const path = pathBelow(base, new URL(request.url).pathname);
    if (path === null || (request.method !== "GET" && request.method !== "HEAD")) return null;
    const assets = await loadAssets();
    if (assets === null) return notBuilt();
    if (!path.startsWith("/assets/")) return page(assets.index, base);
    const asset = assets.file(path.slice(1));
    if (asset === null) return new Response("Not found", { status: 404 });
    return file(asset, packed && /\bgzip\b/.test(request.headers.get("accept-encoding") ?? ""));
  };
}

/** @throws Error */
export function checkBase(base: string): void {
  if (!/^(?:\/[\w.~-]+)*$/.test(base))
    throw new Error(
      `basePath must be "" or a path like "/admin/jobs" without a slash at its end, and is ${JSON.stringify(base)}.`,
    );
}

/** The path below the base, with its slash; null: it is not below. */
export function pathBelow(base: string, path: string): string | null {
  if (path === base) return "/";
  return path.startsWith(`${base}/`) ? path.slice(base.length) : null;
}

function page(index: string, base: string): Response {
  const nonce = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("base64");
  const html = index
    .replaceAll("%BASE%", base)
    .replaceAll("%NONCE%", nonce)
    .replaceAll("%BOOT%", JSON.stringify({ base, nonce }).replaceAll("<", "\\u003c"));
  return new Response(html, {
    headers: {
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-store",
      "content-security-policy": policy(nonce),
      ...safeHeaders,
    },
  });
}

const policy = (nonce: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "connect-src 'self'",
    "font-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join("; ");

const safeHeaders = {
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
};

/** A year; the name holds a hash of the content. */
const FOR_EVER = "public, max-age=31536000, immutable";

function file(asset: Asset, packed: boolean): Response {
  return new Response(packed ? asset.gzip : asset.plain(), {
    headers: {
      "content-type": asset.type,
      "cache-control": FOR_EVER,
      vary: "accept-encoding",
      "x-content-type-options": "nosniff",
      ...(packed ? { "content-encoding": "gzip" } : {}),
    },
  });
}

function notBuilt(): Response {
  return new Response("The dashboard of this copy of Stepwell is not built. Run `npm run build` once.\n", {
    status: 503,
    headers: { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" },
  });
}
