/**
 * How payloads are kept: the one place that will learn compression, encryption and redaction
 * (ADR 0008). The first byte says how the rest is written, so old rows stay readable for ever.
 */
import type { Json } from "@stepwell/core";

export interface PayloadCodec {
  encode(value: Json): Uint8Array;
  /** @throws Error when the encoding byte is unknown */
  decode(bytes: Uint8Array): Json;
}

const IDENTITY = 0;

/** One byte 0, then the JSON in UTF-8. */
export const identityCodec: PayloadCodec = {
  encode(value) {
    const text = Buffer.from(JSON.stringify(value) ?? "null", "utf8");
    const bytes = Buffer.allocUnsafe(text.length + 1);
    bytes[0] = IDENTITY;
    text.copy(bytes, 1);
    return bytes;
  },
  decode(bytes) {
    if (bytes.length === 0) throw new Error("payload is empty: it has no encoding byte");
    if (bytes[0] !== IDENTITY)
      throw new Error(`payload has encoding ${bytes[0]}, which this version of Stepwell cannot read`);
    return JSON.parse(
      Buffer.from(bytes.buffer, bytes.byteOffset + 1, bytes.byteLength - 1).toString("utf8"),
    ) as Json;
  },
};
