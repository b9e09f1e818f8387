/** The one file of a form, with a limit. */
import { sayBytes } from "@/lib/bytes.ts";
import { parseForm, readAtMost } from "./read-body.ts";

export type ReadUpload =
  | { is: "file"; fileName: string; bytes: Uint8Array }
  | { is: "refused"; status: 400 | 413; error: string };

/** For the form around the file: its boundaries and headers. */
const ENVELOPE_BYTES = 16_384;

/** The form's field is `file`. */
export async function readUpload(request: Request, maxBytes: number): Promise<ReadUpload> {
  const type = request.headers.get("content-type") ?? "";
  if (!/^multipart\/form-data\b/i.test(type)) {
    return refuse(400, "A file is sent by a form of the type multipart/form-data.");
  }
  const tooLarge = refuse(413, `The file is too large: at most ${sayBytes(maxBytes)}.`);
  const body = await readAtMost(request, maxBytes + ENVELOPE_BYTES);
  if (!body) return tooLarge;
  const file = await fileOf(body, type);
  if (!file) return refuse(400, "Choose a file first.");
  if (file.size > maxBytes) return tooLarge;
  if (file.size === 0) return refuse(400, "The file is empty.");
  return { is: "file", fileName: file.name, bytes: new Uint8Array(await file.arrayBuffer()) };
}

/** Undefined for a form without the field or without a choice, and for a broken form. */
async function fileOf(body: Uint8Array<ArrayBuffer>, type: string): Promise<File | undefined> {
  const form = await parseForm(body, type);
  const file = form?.get("file");
  // A browser sends a nameless, empty file where none was chosen.
  return file instanceof File && file.name !== "" ? file : undefined;
}

function refuse(status: 400 | 413, error: string): ReadUpload & { is: "refused" } {
  return { is: "refused", status, error };
}
