/** Once, before the first request: wrong settings and migrations fail the start, not a page. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== "nodejs") return;
  // A module of its own, because Next compiles this one for its Edge runtime, too.
  const { startApp } = await import("@/lib/start-app.ts");
  await startApp();
}
