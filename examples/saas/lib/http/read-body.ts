/**
 * A body with a limit: one that says it is larger is not read at all, and one that turns out to be is
 * read no further. So a large body costs neither memory nor time.
 */

/** Undefined if there is more. */
export async function readAtMost(
  request: Request,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes) return undefined;
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop lets go of the rest.
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

/** The form in a body of this content type; undefined for a body that is none, and for a broken form. */
export async function parseForm(body: Uint8Array<ArrayBuffer>, type: string): Promise<FormData | undefined> {
  const form = new Response(body, { headers: { "Content-Type": type } }).formData();
  return form.catch(() => undefined);
}
