/**
 * Everything that waits, in one place: tasks that may run now, in an order that dice choose, and timers
 * of a virtual time. Between two tasks all promises run dry, so equal dice give an equal run.
 */
import { createHash } from "node:crypto";
import type { Dice } from "./dice.ts";

export interface Task {
  label: string;
  /** Whose it is; the tasks of one that has crashed are dropped. Null: the world's. */
  owner: string | null;
  run(): void | Promise<void>;
}
interface Timer extends Task {
  at: number;
}

export interface Scheduler {
  /** True time, in epoch milliseconds. */
  now(): number;
  soon(owner: string | null, label: string, run: Task["run"]): void;
  /** @returns the cancel */
  later(at: number, owner: string | null, label: string, run: Task["run"]): () => void;
  /** Takes away all that this one has, now and later. */
  drop(owner: string): void;
  say(line: string): void;
  /** Runs until nothing waits any more, or `stop` says so. @throws Error when it takes more than `maxTasks` */
  settle(maxTasks: number, stop: () => boolean): Promise<void>;
  trace(): Trace;
}
export interface Trace {
  /** The last lines, or all. */
  lines: readonly string[];
  /** Of all lines: equal for equal runs. */
  hash: string;
  tasks: number;
}

const KEPT_LINES = 200;

export function createScheduler(dice: Dice, start: number, keepAll: boolean): Scheduler {
  const bag: Task[] = [];
  const timers: Timer[] = [];
  /** Nothing is done for the dead: an answer that comes later finds nobody. */
  const gone = new Set<string>();
  const hash = createHash("sha1");
  let lines: string[] = [];
  let now = start;
  let tasks = 0;

  function say(line: string): void {
    const text = `${String(now - start).padStart(10)} ${line}`;
    hash.update(text);
    lines.push(text);
    if (!keepAll && lines.length > 2 * KEPT_LINES) lines = lines.slice(-KEPT_LINES);
  }

  /** Now and then time passes while things wait, but not enough to be the reason of a missed tick. */
  function fireTimers(): void {
    const next = timers[0];
    if (next === undefined) return;
    if (next.at > now && bag.length > 0 && (next.at - now > 2000 || !dice.chance(0.1))) return;
    now = Math.max(now, next.at);
    while (timers[0] !== undefined && timers[0].at <= now) bag.push(timers.shift() as Timer);
  }

  function take(): Task | undefined {
    fireTimers();
    const at = dice.below(bag.length);
    const task = bag[at];
    const last = bag.pop();
    if (task !== undefined && last !== undefined && task !== last) bag[at] = last;
    return task;
  }

  return {
    now: () => now,
    soon(owner, label, run) {
      if (owner === null || !gone.has(owner)) bag.push({ owner, label, run });
    },
    later(at, owner, label, run) {
      if (owner !== null && gone.has(owner)) return () => {};
      const timer: Timer = { at, owner, label, run };
      let place = timers.length;
      while (place > 0 && (timers[place - 1] as Timer).at > at) place -= 1;
      timers.splice(place, 0, timer);
      return () => {
        remove(timers, (other) => other === timer);
        remove(bag, (other) => other === timer);
      };
    },
    drop(owner) {
      gone.add(owner);
      remove(bag, (task) => task.owner === owner);
      remove(timers, (timer) => timer.owner === owner);
    },
    say,
    async settle(maxTasks, stop) {
      for (let task = take(); task !== undefined; task = take()) {
        tasks += 1;
        if (tasks > maxTasks) throw new Error(`it does not come to rest: ${maxTasks} tasks have run`);
        await task.run();
        await dry();
        if (stop()) return;
      }
    },
    trace: () => ({ lines, hash: hash.copy().digest("hex"), tasks }),
  };
}

/** Every promise that can go on has gone on when this resolves. */
function dry(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function remove<T>(from: T[], wanted: (one: T) => boolean): void {
  for (let at = from.length - 1; at >= 0; at -= 1) if (wanted(from[at] as T)) from.splice(at, 1);
}
