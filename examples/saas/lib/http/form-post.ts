/**
 * What the posting routes share. A browser's form gets a redirect with the message in the
 * address (it works without JavaScript); everybody else gets JSON and a status.
 */
import type { z } from "zod";

export type Outcome =
  | { is: "done"; status: 200 | 201 | 202; body: Record<string, unknown>; goTo: string }
  | { is: "refused"; status: 400 | 404 | 409 | 502; error: string; backTo: string };

/** Browsers say where a post comes from: one from another site is not ours. */
export function isCrossSite(request: Request): boolean {
  const origin = request.headers.get("origin");
  if (!origin) return request.headers.get("sec-fetch-site") === "cross-site";
  return URL.parse(origin)?.host !== request.headers.get("host");
}

export function refuseCrossSite(): Response {
  return Response.json({ error: "This form was posted from another site" }, { status: 403 });
}

/** The form's text fields; a body that is no form is an empty one. */
export async function readForm(request: Request): Promise<Record<string, string>> {
  const form = await request.formData().catch(() => new FormData());
  return Object.fromEntries([...form].map(([name, value]) => [name, String(value).trim()]));
}

export function answer(request: Request, outcome: Outcome): Response {
  const wantsPage = request.headers.get("accept")?.includes("text/html") ?? false;
  if (outcome.is === "done") {
    if (wantsPage) return seeOther(outcome.goTo);
    return Response.json(outcome.body, { status: outcome.status });
  }
  if (wantsPage) return seeOther(outcome.backTo);
  return Response.json({ error: outcome.error }, { status: outcome.status });
}

/** A path with its query, `undefined` left out. */
export function pathWith(path: string, query: Record<string, string | undefined>): string {
  const given = Object.entries(query).filter((pair): pair is [string, string] => !!pair[1]);
  return given.length > 0 ? `${path}?${new URLSearchParams(given)}` : path;
}

/** "Name: must not be empty. E-mail: is not an e-mail address." */
export function sayIssues(error: z.ZodError, labels: Record<string, string>): string {
  const said = error.issues.map((issue) => {
    const field = String(issue.path[0] ?? "");
    return `${labels[field] ?? field}: ${issue.message}.`;
  });
  return [...new Set(said)].join(" ");
}

/** Relative, because the app may be behind a proxy whose address it does not know. */
function seeOther(path: string): Response {
  return new Response(null, { status: 303, headers: { Location: path } });
}
