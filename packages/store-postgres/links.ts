/** Connections that are opened when needed, used by one at a time, and replaced when lost. */
import { StoreError } from "@stepwell/store";
import type { Link } from "./driver.ts";

export interface Links {
  /**
   * @param work gets a connection of its own until it settles
   * @throws what opening a connection throws, and what `work` throws
   */
  use<R>(work: (link: Link) => Promise<R>): Promise<R>;
  close(): Promise<void>;
  /** Ends all connections at once, also those in use; later work gets new ones. */
  cut(): void;
}

/** @param most connections at once; more work waits for one */
export function createLinks(open: () => Promise<Link>, most: number): Links {
  const free: Link[] = [];
  const waiting: (() => void)[] = [];
  const used = new Set<Link>();
  let inUse = 0;
  let closed = false;

  async function take(): Promise<Link> {
    while (inUse >= most) await new Promise<void>((resolve) => waiting.push(resolve));
    if (closed) throw new StoreError("store_failed", "the store is closed");
    inUse += 1;
    for (let link = free.pop(); link !== undefined; link = free.pop()) if (link.alive) return link;
    try {
      return await open();
    } catch (error) {
      giveBack();
      throw error;
    }
  }

  function giveBack(): void {
    inUse -= 1;
    waiting.shift()?.();
  }

  return {
    async use(work) {
      const link = await take();
      used.add(link);
      try {
        return await work(link);
      } finally {
        used.delete(link);
        if (closed) await link.close();
        else if (link.alive) free.push(link);
        giveBack();
      }
    },
    async close() {
      closed = true;
      await Promise.all(free.splice(0).map((link) => link.close()));
    },
    cut() {
      for (const link of [...free.splice(0), ...used]) link.cut();
    },
  };
}
