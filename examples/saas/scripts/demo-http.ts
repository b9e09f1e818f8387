/** Asking over HTTP: an answer of the expected shape, or a failure that says what to do. */
import type { z } from "zod";
import { DemoFailure } from "./demo-steps.ts";

export type Body = URLSearchParams | { json: unknown };
type Target = { name: string; url: string; cure: string; limitMs?: number };

export type Http = {
  ask(path: string, body?: Body): Promise<Response>;
  askJson<T>(shape: z.ZodType<T>, path: string, body?: Body): Promise<T>;
};

/** A request with a body is a POST. */
export function openHttp({ name, url, cure, limitMs = 30_000 }: Target): Http {
  async function ask(path: string, body?: Body): Promise<Response> {
    const signal = AbortSignal.timeout(limitMs);
    try {
      return await fetch(new URL(path, url), { ...toInit(body), signal });
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      const why = signal.aborted ? `not within ${limitMs / 1000} s` : (cause as Error).message || cause;
      throw new DemoFailure(`${name} does not answer at ${url} (${String(why)}).\n  ${cure}`);
    }
  }
  return {
    ask,
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

function toInit(body: Body | undefined): RequestInit {
  const headers = { Accept: "application/json" };
  if (body === undefined) return { headers };
  if (body instanceof URLSearchParams) return { method: "POST", headers, body };
  const json = { ...headers, "Content-Type": "application/json" };
  return { method: "POST", headers: json, body: JSON.stringify(body.json) };
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
