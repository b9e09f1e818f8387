/**
 * Passwords as argon2id hashes (PHC strings, so that each says how it was made). The hashing runs in Node's
 * thread pool, two at once: it is shared with name look-ups, which calls to apps need.
 */
import { argon2, randomBytes, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import { StepwellError } from "@stepwell/core";

interface Cost {
  memoryKib: number;
  passes: number;
  parallelism: number;
}
interface Parsed extends Cost {
  nonce: Buffer;
  tag: Buffer;
}

/** OWASP's recommendation for argon2id: about 60 ms. */
const COST: Cost = { memoryKib: 19 * 1024, passes: 2, parallelism: 1 };
const TAG_BYTES = 32;
/** What an unknown user's password is compared with, so that the answer takes as long; nothing matches it. */
const NOBODYS =
  "$argon2id$v=19$m=19456,t=2,p=1$c3RlcHdlbGxub2JvZHkwMA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/** @returns a PHC string */
export async function hashPassword(password: string): Promise<string> {
  const nonce = randomBytes(16);
  const tag = await derive(password, { ...COST, nonce, tag: Buffer.alloc(TAG_BYTES) });
  const { memoryKib, passes, parallelism } = COST;
  return `$argon2id$v=19$m=${memoryKib},t=${passes},p=${parallelism}$${plain64(nonce)}$${plain64(tag)}`;
}

/** @param hash null: there is no such user, or they have no password; takes as long and is false */
export async function matchesPassword(hash: string | null, password: string): Promise<boolean> {
  const parsed = parse(hash ?? NOBODYS) ?? parse(NOBODYS);
  if (parsed === null) return false;
  const tag = await derive(password, parsed);
  return timingSafeEqual(tag, parsed.tag) && hash !== null;
}

/** Made with less work than is asked for now: to be made anew when the password is next known. */
export function isWeakHash(hash: string): boolean {
  const parsed = parse(hash);
  return parsed === null || parsed.memoryKib < COST.memoryKib || parsed.passes < COST.passes;
}

function parse(hash: string): Parsed | null {
  const match =
    /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,2})\$([\w+/]{11,86})\$([\w+/]{22,86})$/.exec(hash);
  if (match === null) return null;
  const [, memoryKib, passes, parallelism, nonce = "", tag = ""] = match;
  return {
    memoryKib: Number(memoryKib),
    passes: Number(passes),
    parallelism: Number(parallelism),
    nonce: Buffer.from(nonce, "base64"),
    tag: Buffer.from(tag, "base64"),
  };
}

const plain64 = (bytes: Buffer): string => bytes.toString("base64").replace(/=+$/, "");

const argon2Async = promisify(argon2);
const MOST_AT_ONCE = 2;
const MOST_WAITING = 100;
let working = 0;
const waiting: (() => void)[] = [];

/** @throws StepwellError `overloaded` when too many wait */
async function derive(
  password: string,
  { memoryKib, passes, parallelism, nonce, tag }: Parsed,
): Promise<Buffer> {
  if (waiting.length >= MOST_WAITING) throw new StepwellError("overloaded");
  if (working >= MOST_AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
  else working += 1;
  try {
    return await argon2Async("argon2id", {
      message: password.normalize("NFC"),
      nonce,
      parallelism,
      tagLength: tag.length,
      memory: memoryKib,
      passes,
    });
  } finally {
    // Whoever waits takes over the place.
    const next = waiting.shift();
    if (next === undefined) working -= 1;
    else next();
  }
}
