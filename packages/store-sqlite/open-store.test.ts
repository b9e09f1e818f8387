/** The SQLite store against the suite that all stores pass: as a file, and in memory. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach } from "vitest";
import { describeStore, type OpenStore } from "../store/conformance/index.ts";
import { openSqliteStore, type SqliteStore } from "./open-store.ts";

const folder = mkdtempSync(join(tmpdir(), "stepwell-store-"));
const opened: SqliteStore[] = [];
let files = 0;

afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const openAt =
  (nextFile: () => string): OpenStore =>
  async (options = {}) => {
    const file = nextFile();
    const again = async () => {
      const store = await openSqliteStore({ file, durability: "normal", ...options });
      opened.push(store);
      return store;
    };
    const store = await again();
    if (file === ":memory:") return { store };
    return {
      store,
      async reopen() {
        await store.close();
        return again();
      },
    };
  };

describeStore(
  "sqlite file",
  openAt(() => join(folder, `${(files += 1)}.db`)),
);
describeStore(
  "sqlite in memory",
  openAt(() => ":memory:"),
);
