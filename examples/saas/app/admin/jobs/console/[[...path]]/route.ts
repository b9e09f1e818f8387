/**
 * Stepwell's own dashboard for the app's admins, with the app's sign-in: every run, event and limit. Only where
 * a Stepwell server runs the functions (lib/config.ts, `console`); elsewhere there is nothing at this address.
 */
import { createDashboard, type Dashboard } from "stepwell/dashboard";
import { refuseSignedOut } from "@/lib/http/form-post.ts";
import { inngest } from "@/lib/inngest/client.ts";
import { userOf } from "@/lib/session.ts";
import { services } from "@/services/index.ts";

const basePath = "/admin/jobs/console";
let dashboard: Dashboard | undefined;

async function show(request: Request): Promise<Response> {
  const { console: settings } = services().config;
  if (!settings) return new Response("Not found", { status: 404 });
  // Made at the first visit: the SDK's variables are only known at run time.
  dashboard ??= createDashboard({ url: inngest.apiBaseUrl, ...settings, basePath, authorize });
  return dashboard(request);
}

async function authorize(request: Request) {
  const user = await userOf(request);
  if (!user) return refuseStranger(request);
  if (user.role === "admin") return { id: user.id, name: user.name, role: "admin" as const };
  return new Response("Only admins see the console.\n", { status: 403 });
}

/** A page is left for the sign-in page, and come back to; a call of a page is answered as the dashboard knows it. */
function refuseStranger(request: Request): Response | null {
  if (!request.headers.get("accept")?.includes("text/html")) return null;
  const { pathname, search } = new URL(request.url);
  return refuseSignedOut(request, `${pathname}${search}`);
}

export { show as DELETE, show as GET, show as PATCH, show as POST };
