/**
 * Slows down guessing of passwords: failures are counted by account and address, by address, and by account.
 * Over a limit the next try has to wait, each time twice as long. Kept in memory: a restart forgets it.
 */
import { isIPv6 } from "node:net";
import { type DurationMs, type Instant, StepwellError } from "@stepwell/core";
import { plainName } from "./accounts.ts";

export interface Attempts {
  /** Only looks. @throws StepwellError `too_many_attempts` */
  refuse(account: string, address: string | null): void;
  /**
   * Counts a try as failed, before it is checked, so that many at once are counted, too.
   * @returns what forgets the failures of this account at this address, for when it was right
   * @throws StepwellError `too_many_attempts`
   */
  begin(account: string, address: string | null): () => void;
}

const WINDOW_MS: DurationMs = 15 * 60_000;
const FIRST_MS: DurationMs = 60_000;
const LONGEST_MS: DurationMs = 24 * 3_600_000;
/** Longest for an account as a whole: somebody else must not keep its owner out for long. */
const LONGEST_ACCOUNT_MS: DurationMs = 60_000;
const MOST_KEPT = 20_000;
/** Failures within the window that need no waiting. By account alone: against guessing from many addresses. */
const FREE = { both: 10, address: 50, account: 100 } as const;

interface Count {
  failures: number;
  lastAt: Instant;
  blockedUntil: Instant;
  blockMs: DurationMs;
}

/** Names that are no user's, since they hold a control character: ways in that have no account. */
export const sharedAccounts = { setup: "\u0000set-up", oidc: "\u0000oidc" } as const;
const isShared = (account: string): boolean => account.startsWith("\u0000");

export function createAttempts(now: () => Instant): Attempts {
  const counts = new Map<string, Count>();
  const refuse = (keys: Keys): void => {
    for (const [key] of keys) refuseBlocked(counts.get(key), now());
  };
  return {
    refuse: (account, address) => refuse(keysOf(account, address)),
    begin(account, address) {
      const at = now();
      const keys = keysOf(account, address);
      refuse(keys);
      for (const [key, free] of keys) {
        const count = counted(
          counts.get(key),
          free,
          at,
          key.startsWith("account") ? LONGEST_ACCOUNT_MS : LONGEST_MS,
        );
        // Set anew: the map's order is that of the last failure.
        counts.delete(key);
        counts.set(key, count);
      }
      while (counts.size > MOST_KEPT) counts.delete(counts.keys().next().value ?? "");
      return () => {
        for (const [key] of keys) {
          const count = counts.get(key);
          if (key.startsWith("both") || count === undefined) counts.delete(key);
          // Only this try is taken back: one right password must not forgive wrong ones for other accounts.
          else
            counts.set(key, {
              ...count,
              failures: count.failures - 1,
              blockedUntil: at,
              blockMs: count.blockMs / 2,
            });
        }
      };
    },
  };
}

type Keys = [key: string, free: number][];
function keysOf(account: string, address: string | null): Keys {
  const from = blockOf(address);
  // As the user is found by it: each other way to write it would be ten more tries.
  const who = plainName(account);
  const keys: Keys = [
    [`both ${from} ${who}`, FREE.both],
    [`address ${from}`, FREE.address],
  ];
  // What all share must not be closed to all by one of them.
  return isShared(who) ? keys : [...keys, [`account ${who}`, FREE.account]];
}

function refuseBlocked(count: Count | undefined, at: Instant): void {
  if (count === undefined || count.blockedUntil <= at) return;
  const retryAfterSeconds = Math.ceil((count.blockedUntil - at) / 1000);
  const minutes = Math.ceil(retryAfterSeconds / 60);
  throw new StepwellError(
    "too_many_attempts",
    `Too many failed sign-ins. Try again in ${minutes} ${minutes === 1 ? "minute" : "minutes"}.`,
    { retryAfterSeconds },
  );
}

function counted(before: Count | undefined, free: number, at: Instant, longestMs: DurationMs): Count {
  const isOver = before === undefined || at - Math.max(before.lastAt, before.blockedUntil) >= WINDOW_MS;
  const failures = isOver ? 1 : before.failures + 1;
  if (failures < free) return { failures, lastAt: at, blockedUntil: at, blockMs: 0 };
  const blockMs = Math.min(Math.max(isOver ? 0 : before.blockMs * 2, FIRST_MS), longestMs);
  return { failures, lastAt: at, blockedUntil: at + blockMs, blockMs };
}

/** Whoever has one IPv6 address has all of its /64. */
function blockOf(address: string | null): string {
  if (address === null) return "?";
  const bare = address.replace(/^::ffff:(?=\d+\.)/i, "");
  if (!isIPv6(bare)) return bare;
  const [head = "", tail] = bare.split("%")[0]?.split("::") ?? [];
  const first = head.split(":").filter((part) => part !== "");
  const last = (tail ?? "").split(":").filter((part) => part !== "");
  const middle =
    tail === undefined ? [] : Array.from({ length: Math.max(0, 8 - first.length - last.length) }, () => "0");
  return [...first, ...middle, ...last].slice(0, 4).join(":");
}
