/** How much of payloads one answer holds. */

/** As much as one step may return: whatever is left out of an answer fits into one of its own. */
export const PAYLOAD_BUDGET: number = 4 * 1024 * 1024;

/** Bytes of a value as JSON text. */
export function jsonSize(value: unknown): number {
  return value === undefined ? 0 : Buffer.byteLength(JSON.stringify(value) ?? "");
}
