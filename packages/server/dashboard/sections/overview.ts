/** The first page: is it healthy, what broke, what waits. */
import type { Handlers } from "../call.ts";
import { readOverview } from "../overview/read-overview.ts";

export const overviewHandlers: Handlers<"getOverview"> = {
  async getOverview({ engine, query: { range = "24h", app } }) {
    return { data: await readOverview(engine, range, app) };
  },
};
