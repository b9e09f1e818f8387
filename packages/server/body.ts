/** Reads a request body up to a limit; what is over it is never held in memory. */
import { StepwellError } from "@stepwell/core";

/** Most senders read no answer before they have sent all: so much more is read and thrown away. */
const MAX_DISCARDED = 64 * 1024 * 1024;

/** @throws StepwellError `body_too_large` */
export async function readBytes(request: Request, maxBytes: number): Promise<Uint8Array> {
  const declared = Number(request.headers.get("content-length") ?? Number.NaN);
  // The usual case: Node lets no body be longer than it was announced.
  if (declared <= maxBytes) return new Uint8Array(await whole(request.arrayBuffer()));
  if (request.body === null) return new Uint8Array(0);
  const reader = request.body.getReader() as ReadableStreamDefaultReader<Uint8Array>;
  const chunks: Uint8Array[] = [];
  let size = 0;
  let tooLarge = declared > maxBytes;
  while (!tooLarge) {
    const chunk = await nextChunk(reader);
    if (chunk === null) return chunks.length === 1 ? (chunks[0] as Uint8Array) : Buffer.concat(chunks);
    size += chunk.length;
    chunks.push(chunk);
    tooLarge = size > maxBytes;
  }
  chunks.length = 0;
  await discard(reader);
  throw new StepwellError(
    "body_too_large",
    `The request body is larger than ${maxBytes} bytes. Send less at once, or raise --max-body.`,
  );
}

async function nextChunk(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<Uint8Array | null> {
  const { done, value } = await whole(reader.read());
  return done ? null : (value ?? null);
}

async function whole<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (cause) {
    // The sender has gone: nobody reads the answer, and it is no bug of ours.
    throw new StepwellError("invalid_json", "The request ended before its body was complete.", { cause });
  }
}

async function discard(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  for (let left = MAX_DISCARDED; left > 0; ) {
    const chunk = await nextChunk(reader);
    if (chunk === null) return;
    left -= chunk.length;
  }
  // A sender that goes on for ever is cut off.
  await reader.cancel().catch(() => {});
}
