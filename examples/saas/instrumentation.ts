/** Once, before the first request: wrong settings and migrations fail the start, not a page. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== "nodejs") return;
  const { services } = await import("@/services/index.ts");
  await services().ready();
}
