/** Asks a Redis server whether it is there: a connection, AUTH if the address has a password, and PING. */
import { Redis } from "ioredis";

/** Fails, with Redis's or the network's own words, unless it answers in time. Leaves no connection behind. */
export async function pingRedis(url: string, timeLimitMs: number): Promise<void> {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: timeLimitMs,
    commandTimeout: timeLimitMs,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    // Nothing is asked but PING, which is the same in both protocols.
    protocol: 2,
    enableReadyCheck: false,
    disableClientInfo: true,
  });
  // Why it failed comes as an event; what is thrown only says that there is no connection.
  let why: Error | undefined;
  redis.on("error", (error: Error) => {
    why ??= error;
  });
  try {
    await redis.connect();
    await redis.ping();
  } catch (error) {
    throw why ?? error;
  } finally {
    redis.disconnect();
  }
}
