/**
 * What the posting routes share. A browser's form gets a redirect with the message in the
 * address (it works without JavaScript); everybody else gets JSON and a status.
 */
import type { z } from "zod";
import { sayBytes } from "@/lib/bytes.ts";
import { parseForm, readAtMost } from "./read-body.ts";

/** `cookies` are whole Set-Cookie lines. */
export type Outcome =
  | { is: "done"; status: 200 | 201 | 202; body: Record<string, unknown>; goTo: string; cookies?: string[] }
  | { is: "refused"; status: RefusedStatus; error: string; backTo: string };
type RefusedStatus = 400 | 401 | 403 | 404 | 409 | 413 | 429 | 500 | 502;

/**
 * Browsers say where a post comes from: one from another site is not ours. A proxy may have put another
 * host into the request than the browser sees; that one is in APP_URL.
 */
export function isCrossSite(request: Request): boolean {
  const origin = request.headers.get("origin");
  if (!origin) return request.headers.get("sec-fetch-site") === "cross-site";
  const from = URL.parse(origin)?.host;
  const ours = [request.headers.get("host"), URL.parse(process.env.APP_URL ?? "")?.host];
  return !from || !ours.includes(from);
}

export function refuseCrossSite(): Response {
  return Response.json({ error: "This form was posted from another site" }, { status: 403 });
}

const MAX_FORM_BYTES = 65_536;

/**
 * The form's text fields, trimmed but for a password; a body that is no form is an empty one. For one
 * that is too large, the refusal to send.
 */
export async function readForm(request: Request): Promise<Record<string, string> | Response> {
  const body = await readAtMost(request, MAX_FORM_BYTES);
  if (!body) {
    const error = `The form is too large: at most ${sayBytes(MAX_FORM_BYTES)}`;
    return Response.json({ error }, { status: 413 });
  }
  const form = (await parseForm(body, request.headers.get("content-type") ?? "")) ?? new FormData();
  const fields = [...form].map(([name, value]): [string, string] => [name, String(value)]);
  return Object.fromEntries(fields.map(([name, text]) => [name, name === "password" ? text : text.trim()]));
}

export function answer(request: Request, outcome: Outcome): Response {
  const done = outcome.is === "done";
  const response = wantsPage(request)
    ? seeOther(done ? outcome.goTo : outcome.backTo)
    : Response.json(done ? outcome.body : { error: outcome.error }, { status: outcome.status });
  for (const cookie of (done && outcome.cookies) || []) response.headers.append("Set-Cookie", cookie);
  return response;
}

/** Sends a browser to the sign-in page, and from there to `next`. */
export function refuseSignedOut(request: Request, next: string): Response {
  const backTo = pathWith("/sign-in", { next });
  return answer(request, { is: "refused", status: 401, error: "Sign in first", backTo });
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

/** "email,password": which fields a page marks. */
export function wrongFields(error: z.ZodError): string {
  return [...new Set(error.issues.map((issue) => String(issue.path[0] ?? "")))].join(",");
}

function wantsPage(request: Request): boolean {
  return request.headers.get("accept")?.includes("text/html") ?? false;
}

/** Relative, because the app may be behind a proxy whose address it does not know. */
function seeOther(path: string): Response {
  return new Response(null, { status: 303, headers: { Location: path } });
}
