/** What comes before the first request. A start that fails ends the process: whoever watches over it starts it again. */
import { services } from "@/services/index.ts";

export async function startApp(): Promise<void> {
  try {
    await services().ready();
  } catch (error) {
    console.error(`The app cannot start. ${error instanceof Error ? error.message : error}`);
    process.exit(1);
  }
}
