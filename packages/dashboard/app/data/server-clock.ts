/** The server's time: durations and ages are of its clock, which in dev can be moved. */

let offsetMs = 0;
let known = false;
const listeners = new Set<() => void>();

/** To be called with the time of each answer; small differences are the network's. */
export function noteServerTime(iso: string): void {
  const next = Date.parse(iso) - Date.now();
  if (!Number.isFinite(next) || (known && Math.abs(next - offsetMs) < 1500)) return;
  offsetMs = Math.abs(next) < 1500 ? 0 : next;
  known = true;
  for (const listener of listeners) listener();
}

/** Epoch milliseconds of the server's clock, as far as it is known. */
export function serverNow(): number {
  return Date.now() + offsetMs;
}

/** Tells when the clock jumps. */
export function onClockJump(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
