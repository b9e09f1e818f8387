/** What a world is made of, for the files that share it. */
import type { Instant } from "@stepwell/core";
import type { Apps } from "./apps.ts";
import type { Held } from "./held.ts";
import type { House } from "./house.ts";
import type { InProcess } from "./in-process.ts";
import type { Post } from "./post.ts";
import type { Rules } from "./rules.ts";
import type { VirtualClock } from "./virtual-clock.ts";

/** What faults may touch. */
export interface Inside {
  readonly clock: VirtualClock;
  readonly held: Held;
  readonly house: () => House;
}
export interface Parts extends Inside {
  readonly apps: Apps;
  readonly post: Post;
  readonly rules: Rules;
  readonly transport: InProcess;
  /** What has to be told to the test, oldest first. */
  readonly complaints: string[];
  closed: boolean;
}

/** Where something happens next: a wake of the engine, or an answer that was held back; null: nothing will. */
export async function nextDue({ house, held }: Inside): Promise<Instant | null> {
  const known = [await house().store.read.nextDue(), held.next()].filter((at) => at !== null);
  return known.length === 0 ? null : Math.min(...known);
}
