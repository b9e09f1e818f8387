/** Hands out a file to whoever holds a link that is genuine and not yet expired. */
import { services } from "@/services/index.ts";

type Params = { params: Promise<{ path: string[] }> };

export async function GET(request: Request, { params }: Params): Promise<Response> {
  const { searchParams } = new URL(request.url);
  const path = (await params).path.join("/");
  const opened = await services().storage.open(
    path,
    searchParams.get("expires") ?? "",
    searchParams.get("signature") ?? "",
  );
  if (opened.is === "missing") return plain(404, "This file is no longer here.");
  if (opened.is === "refused") {
    return opened.why === "expired"
      ? plain(410, "This link has expired. Get a fresh one on the organization's page.")
      : plain(403, "This link is not valid.");
  }
  return new Response(new Uint8Array(opened.bytes), {
    headers: {
      "Content-Type": path.endsWith(".pdf") ? "application/pdf" : "application/octet-stream",
      "Content-Disposition": `inline; filename="${path.split("/").at(-1)}"`,
      "Cache-Control": "private, no-store",
    },
  });
}

function plain(status: number, text: string): Response {
  return new Response(`${text}\n`, { status, headers: { "Content-Type": "text/plain" } });
}
