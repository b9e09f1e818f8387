/** Finds the moved clock in what a web framework hands to the SDK's handler: the raw request, in any of its shapes. */

/** The header that `stepwell dev` sends with each call once its clock has been moved. */
const HEADER = "x-stepwell-clock-offset-ms";
/** Where frameworks keep the request: Express and Hono `req`, Koa and SvelteKit `request`, Fastify `raw`, h3 `node`. */
const INSIDE = ["req", "request", "raw", "node"] as const;
const DEEPEST = 2;

/**
 * How far the clock of the caller has been moved, in milliseconds; 0 when nobody says so. The SDK shows
 * the headers of its answer as those of the request (v4.24), so they are looked up in the request itself.
 */
export function offsetOf(requestArgs: readonly unknown[]): number {
  for (const argument of requestArgs) {
    const text = headerIn(argument, 0);
    if (text !== null) return /^\d{1,15}$/.test(text) ? Number(text) : 0;
  }
  return 0;
}

function headerIn(value: unknown, depth: number): string | null {
  if (typeof value !== "object" || value === null) return null;
  const found = headerOf(part(value, "headers"));
  if (found !== null || depth === DEEPEST) return found;
  for (const name of INSIDE) {
    const inside = headerIn(part(value, name), depth + 1);
    if (inside !== null) return inside;
  }
  return null;
}

function headerOf(headers: unknown): string | null {
  if (typeof headers !== "object" || headers === null) return null;
  if ("get" in headers && typeof headers.get === "function") {
    const value: unknown = headers.get(HEADER);
    return typeof value === "string" ? value : null;
  }
  for (const [name, value] of Object.entries(headers))
    if (typeof value === "string" && name.toLowerCase() === HEADER) return value;
  return null;
}

/** Some frameworks throw when a part is read at the wrong time. */
function part(value: object, name: string): unknown {
  try {
    return (value as Record<string, unknown>)[name];
  } catch {
    return undefined;
  }
}
