/**
 * Asking over HTTP: an answer of the expected shape, or a failure that says what to do. Each opened one
 * keeps its own cookies, as a browser of one person does.
 */
import type { z } from "zod";
import { DemoFailure } from "./demo-steps.ts";

export type Body = URLSearchParams | FormData | { json: unknown };
type Target = { name: string; url: string; cure: string; limitMs?: number };

export type Http = {
  ask(path: string, body?: Body): Promise<Response>;
  askJson<T>(shape: z.ZodType<T>, path: string, body?: Body): Promise<T>;
  cookies(): { name: string; value: string }[];
};

/** A request with a body is a POST. */
export function openHttp({ name, url, cure, limitMs = 30_000 }: Target): Http {
  const cookies = new Map<string, string>();

  async function ask(path: string, body?: Body): Promise<Response> {
    const signal = AbortSignal.timeout(limitMs);
    try {
      const response = await fetch(new URL(path, url), { ...toInit(cookies, body), signal });
      for (const line of response.headers.getSetCookie()) keepCookie(cookies, line);
      return response;
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      const why = signal.aborted ? `not within ${limitMs / 1000} s` : (cause as Error).message || cause;
      throw new DemoFailure(`${name} does not answer at ${url} (${String(why)}).\n  ${cure}`);
    }
  }
  return {
    ask,
    cookies: () => [...cookies].map(([name, value]) => ({ name, value })),
    async askJson(shape, path, body) {
      const response = await ask(path, body);
      const text = await response.text();
      const said = response.ok ? shape.safeParse(parse(text)) : undefined;
      if (said?.success) return said.data;
      const what = response.ok ? "something unexpected: " : "";
      throw new DemoFailure(
        `${body ? "POST" : "GET"} ${new URL(path, url)} answered ${response.status}: ${what}${sayError(text)}`,
      );
    },
  };
}

function toInit(cookies: Map<string, string>, body: Body | undefined): RequestInit {
  const cookie = [...cookies].map((pair) => pair.join("=")).join("; ");
  const headers = { Accept: "application/json", ...(cookie && { Cookie: cookie }) };
  if (body === undefined) return { headers };
  if (!("json" in body)) return { method: "POST", headers, body };
  const json = { ...headers, "Content-Type": "application/json" };
  return { method: "POST", headers: json, body: JSON.stringify(body.json) };
}

/** Name and value of a Set-Cookie line; nobody here stays long enough for one to expire. */
function keepCookie(cookies: Map<string, string>, line: string): void {
  const [pair = ""] = line.split(";");
  const [name = "", ...value] = pair.split("=");
  cookies.set(name.trim(), value.join("=").trim());
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Of `{error}`, of `{errors: [{message}]}`, else the beginning of the text. */
function sayError(text: string): string {
  const body = parse(text);
  if (typeof body !== "object" || body === null) return text.slice(0, 200);
  if ("error" in body) return String(body.error);
  const [first]: unknown[] = "errors" in body && Array.isArray(body.errors) ? body.errors : [];
  if (typeof first === "object" && first !== null && "message" in first) return String(first.message);
  return text.slice(0, 200);
}
