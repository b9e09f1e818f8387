/**
 * Hands out a file to whoever holds a link that is genuine and not yet expired. A PDF opens in the
 * browser; everything else is only ever saved: people uploaded it, and nothing of it may run as a page of ours.
 */
import { contentDisposition } from "@/lib/file-name.ts";
import { services } from "@/services/index.ts";

type Params = { params: Promise<{ path: string[] }> };

const ALWAYS = { "Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff" };

export async function GET(request: Request, { params }: Params): Promise<Response> {
  const { storage, uploads } = services();
  const { searchParams } = new URL(request.url);
  const path = (await params).path.join("/");
  const signed = { expires: searchParams.get("expires"), signature: searchParams.get("signature") };
  const opened = await storage.open(path, signed.expires ?? "", signed.signature ?? "");
  if (opened.is === "missing") return plain(404, "This file is no longer here.");
  if (opened.is === "refused") {
    return opened.why === "expired"
      ? plain(410, "This link has expired. Get a fresh one on the organization's page.")
      : plain(403, "This link is not valid.");
  }
  const name = (await uploads.findByPath(path))?.fileName ?? path.slice(path.lastIndexOf("/") + 1);
  return new Response(new Uint8Array(opened.bytes), {
    headers: { ...ALWAYS, ...(path.endsWith(".pdf") ? asPdf(name) : asDownload(name)) },
  });
}

function asPdf(name: string): Record<string, string> {
  return { "Content-Type": "application/pdf", "Content-Disposition": contentDisposition("inline", name) };
}

function asDownload(name: string): Record<string, string> {
  return {
    "Content-Type": "application/octet-stream",
    "Content-Disposition": contentDisposition("attachment", name),
    "Content-Security-Policy": "default-src 'none'; sandbox",
  };
}

function plain(status: number, text: string): Response {
  const headers = { ...ALWAYS, "Content-Type": "text/plain; charset=utf-8" };
  return new Response(`${text}\n`, { status, headers });
}
