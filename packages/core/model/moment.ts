/**
 * What an input does not determine comes in one value: the time, fresh ids and dice.
 * The core never asks for them elsewhere; that is what makes the virtual clock and the
 * seeded simulation possible.
 */

/** Integer epoch milliseconds, in every layer and every database. */
export type Instant = number;
/** A span of time in integer milliseconds. */
export type DurationMs = number;

export interface Moment {
  /** The store's time. It never decreases within a store (ADR 0006). */
  readonly now: Instant;
  /** A fresh ULID whose time part is `now`; later ids of one process sort later. */
  id(): string;
  /** A random number in [0, 1). */
  roll(): number;
}
