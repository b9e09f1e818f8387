import { argon2, createHash } from "node:crypto";
import { promisify } from "node:util";
import { StepwellError } from "@stepwell/core";
import { describe, expect, it } from "vitest";
import { openWorld } from "../../fixtures/open-world.ts";
import { hashPassword, isWeakHash, matchesPassword } from "./password.ts";

const PASSWORD = "correct horse battery";

/** As an older version could have kept it: with half of the memory. */
async function weakHash(password: string): Promise<string> {
  const nonce = createHash("sha256").update("salt").digest().subarray(0, 16);
  const options = { message: password, nonce, parallelism: 1, tagLength: 32, memory: 9 * 1024, passes: 2 };
  const tag = (await promisify(argon2)("argon2id", options)) as Buffer;
  const plain = (bytes: Buffer) => bytes.toString("base64").replace(/=+$/, "");
  return `$argon2id$v=19$m=9216,t=2,p=1$${plain(nonce)}$${plain(tag)}`;
}

describe("a password's hash", () => {
  it("says how it was made, and is another one each time", async () => {
    const [one, other] = [await hashPassword(PASSWORD), await hashPassword(PASSWORD)];
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
    expect(one).not.toBe(other);
    expect(isWeakHash(one)).toBe(false);
  });

  it("is matched by its password only, however the letters are composed", async () => {
    const hash = await hashPassword("Zürich im Mai 2026");
    expect(await matchesPassword(hash, "Zu\u0308rich im Mai 2026")).toBe(true);
    expect(await matchesPassword(hash, "zürich im mai 2026")).toBe(false);
    expect(await matchesPassword(hash, "")).toBe(false);
  });

  it("is matched by nothing where there is none, or none that can be read", async () => {
    expect(await matchesPassword(null, PASSWORD)).toBe(false);
    expect(await matchesPassword(null, "")).toBe(false);
    expect(await matchesPassword("plain text", "plain text")).toBe(false);
  });

  it("takes as much work for nobody as for somebody", async () => {
    const hash = await hashPassword(PASSWORD);
    const work = async (of: string | null) => {
      const begin = process.cpuUsage();
      for (let count = 0; count < 5; count += 1) await matchesPassword(of, "a wrong password");
      return process.cpuUsage(begin).user;
    };
    await work(hash);
    const [somebody, nobody] = [await work(hash), await work(null)];
    // Without the same hashing it would be thousands of times less.
    expect(nobody).toBeGreaterThan(somebody / 4);
  });

  it("is refused when very many wait already", async () => {
    // One that is quick to check: 102 of the usual ones take seconds.
    const cheap = `$argon2id$v=19$m=8,t=1,p=1$${"c2FsdHNhbHRzYWx0MDAwMA"}$${"A".repeat(43)}`;
    const all = await Promise.allSettled(Array.from({ length: 110 }, () => matchesPassword(cheap, "x")));
    const refused = all.filter(({ status }) => status === "rejected") as PromiseRejectedResult[];
    expect(refused.length).toBe(8);
    for (const { reason } of refused) expect((reason as StepwellError).code).toBe("overloaded");
  });
});

it("a weak hash is made anew when its user signs in", async () => {
  const world = await openWorld();
  const user = await world.user("ana", "admin");
  const passwordHash = await weakHash(PASSWORD);
  expect(isWeakHash(passwordHash)).toBe(true);
  await world.engine.commit({}, () => ({
    write: [{ update: "users", key: { id: user.id }, set: { passwordHash } }],
    reply: null,
  }));
  await world.signIn("ana");
  const [now] = await world.engine.read.users();
  expect(isWeakHash(now?.passwordHash ?? "")).toBe(false);
  await world.signIn("ana");
  await world.close();
});
