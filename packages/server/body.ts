/** Reads a request body up to a limit; what is over it is never held in memory. */
import { StepwellError } from "@stepwell/core";

/** @throws StepwellError `body_too_large` */
export async function readBytes(request: Request, maxBytes: number): Promise<Uint8Array> {
  const tooLarge = () =>
    new StepwellError(
      "body_too_large",
      `The request body is larger than ${maxBytes} bytes. Send less at once, or raise --max-body.`,
    );
  const declared = Number(request.headers.get("content-length") ?? 0);
  if (declared > maxBytes) throw tooLarge();
  if (request.body === null) return new Uint8Array(0);
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of request.body as AsyncIterable<Uint8Array>) {
      size += chunk.length;
      if (size > maxBytes) throw tooLarge();
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof StepwellError) throw error;
    // The sender has gone: nobody reads the answer, and it is no bug of ours.
    throw new StepwellError("invalid_json", "The request ended before its body was complete.", {
      cause: error,
    });
  }
  return chunks.length === 1 ? (chunks[0] as Uint8Array) : Buffer.concat(chunks);
}
