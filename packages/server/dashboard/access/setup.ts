/** The one-time token of the set-up link. It is in this process only, as a hash, for 15 minutes. */
import type { DurationMs, Instant } from "@stepwell/core";
import { StepwellError } from "@stepwell/core";
import { hashSecret, isSame, newSecret } from "./secret.ts";

export const SETUP_MS: DurationMs = 15 * 60_000;

export interface Setup {
  /** Makes the token; one made before is good no longer. */
  issue(now: Instant): string;
  /** @throws StepwellError `setup_token_invalid` */
  check(token: string, now: Instant): void;
  /** It is good no longer. */
  close(): void;
}

export function createSetup(): Setup {
  let open: { hash: string; until: Instant } | null = null;
  return {
    issue(now) {
      const token = newSecret();
      open = { hash: hashSecret(token), until: now + SETUP_MS };
      return token;
    },
    check(token, now) {
      if (open === null || now >= open.until || !isSame(open.hash, hashSecret(token)))
        throw new StepwellError("setup_token_invalid");
    },
    close() {
      open = null;
    },
  };
}
