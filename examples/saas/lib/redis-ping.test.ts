import { afterEach, describe, expect, it } from "vitest";
import { type RedisDouble, startRedisDouble } from "@/services/fixtures/redis-double.ts";
import { pingRedis } from "./redis-ping.ts";

let double: RedisDouble;
afterEach(() => double.close());

const failureOf = (url: string, timeLimitMs = 2_000) =>
  pingRedis(url, timeLimitMs).then(
    () => "no failure",
    (error: Error) => error.message,
  );

describe("pinging Redis", () => {
  it("is one PING on a connection that is closed again", async () => {
    double = await startRedisDouble();
    await pingRedis(double.url, 2_000);
    expect(double.commands).toEqual(["PING"]);
    await expect.poll(() => double.connections()).toBe(0);
  });

  it("signs in with the password of the address", async () => {
    double = await startRedisDouble({ password: "open-sesame" });
    await pingRedis(double.url, 2_000);
    expect(double.commands).toEqual(["AUTH", "PING"]);
  });

  it("says what is wrong with a password, and not what it is", async () => {
    double = await startRedisDouble({ password: "open-sesame" });
    const wrong = await failureOf(double.url.replace("open-sesame", "guessed"));
    expect(wrong).toContain("WRONGPASS");
    expect(wrong).not.toContain("guessed");
    expect(await failureOf(double.url.replace(":open-sesame@", ""))).toContain("NOAUTH");
  });

  it("fails with the words of a server that refuses", async () => {
    double = await startRedisDouble();
    double.mood = "loading";
    expect(await failureOf(double.url)).toContain("LOADING");
  });

  it("gives up on a server that accepts and never answers, and lets go of it", async () => {
    double = await startRedisDouble();
    double.mood = "never";
    expect(await failureOf(double.url, 50)).toMatch(/timed out/i);
    await expect.poll(() => double.connections()).toBe(0);
  });

  it("fails at once where nobody listens", async () => {
    double = await startRedisDouble();
    await double.close();
    expect(await failureOf(double.url)).toContain("ECONNREFUSED");
  });
});
