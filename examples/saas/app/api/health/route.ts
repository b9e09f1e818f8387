/** For a load balancer or a monitor: 200 while everything that is configured answers, else 503. */
import { services } from "@/services/index.ts";

export async function GET(): Promise<Response> {
  const { at, checks } = await services().health.checkRecently();
  const failed = Object.values(checks).includes("failed");
  return Response.json(
    { status: failed ? "failed" : "ok", at, checks },
    { status: failed ? 503 : 200, headers: { "Cache-Control": "no-store" } },
  );
}
