import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { doubleKey, type StripeDouble, startStripeDouble } from "@/services/fixtures/stripe-double.ts";
import { services } from "@/services/index.ts";
import { GET } from "./route.ts";

let stripe: StripeDouble;
beforeAll(async () => {
  stripe = await startStripeDouble();
  vi.stubEnv("STRIPE_SECRET_KEY", doubleKey);
  vi.stubEnv("STRIPE_API_URL", stripe.url);
  await services().ready();
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await stripe.close();
});

it("GET /api/health says 200 while all is well and 503 when something fails, and nothing more than that", async () => {
  const clock = vi.spyOn(performance, "now").mockReturnValue(10_000);
  const well = await GET();
  expect(well.status).toBe(200);
  expect(well.headers.get("cache-control")).toBe("no-store");
  expect(await well.json()).toEqual({
    status: "ok",
    at: expect.stringMatching(/^\d{4}-.*Z$/),
    checks: { database: "ok", redis: "not configured", stripe: "ok" },
  });

  stripe.mood = "server error";
  expect((await GET()).status).toBe(200);
  clock.mockReturnValue(11_000);
  const failed = await GET();
  expect(failed.status).toBe(503);
  const body = await failed.json();
  expect(body).toMatchObject({ status: "failed", checks: { stripe: "failed" } });
  expect(JSON.stringify(body)).not.toContain("Something went wrong");
  clock.mockRestore();
});
