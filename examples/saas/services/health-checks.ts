/** How each service is asked; undefined for one that is not configured. */
import type { Db } from "@/db/client.ts";
import { organizations } from "@/db/schema.ts";
import { pingRedis } from "@/lib/redis-ping.ts";
import type { Check, CheckedService } from "./health-service.ts";
import type { StripeService } from "./stripe-service.ts";

type Parts = { db: Db; redisUrl: string | undefined; stripe: StripeService | undefined };

export function checksOf({ db, redisUrl, stripe }: Parts): Record<CheckedService, Check | undefined> {
  return {
    // From a table: SQLite answers `select 1` without a look at its file.
    database: async () => db.select({ id: organizations.id }).from(organizations).limit(1),
    redis: redisUrl ? (timeLimitMs) => pingRedis(redisUrl, timeLimitMs) : undefined,
    stripe: stripe && ((timeLimitMs) => stripe.ping(timeLimitMs)),
  };
}
