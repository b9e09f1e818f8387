/** The pages of the dashboard, where there are any: without them the server serves all else as before. */
import type { LogEntry } from "@stepwell/engine";
import type { ServerOptions, Settings } from "@stepwell/server";

/** What `createServer` is given of them; empty: they are not wanted, or are not there. */
export async function pagesOf(
  { dashboard }: Pick<Settings, "dashboard">,
  log: (entry: LogEntry) => void,
): Promise<Pick<ServerOptions, "pages">> {
  if (!dashboard) return {};
  try {
    const { servePages } = await import("@stepwell/dashboard");
    return { pages: servePages({ base: "" }) };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    log({
      level: "warn",
      event: "dashboard.missing",
      message: `the dashboard cannot be served: ${why}. All else works.`,
    });
    return {};
  }
}
