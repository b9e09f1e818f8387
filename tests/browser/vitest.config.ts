import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const root = fileURLToPath(new URL("../..", import.meta.url));
const conditions = ["stepwell-source"];

// The project `dashboard-browser`: real servers in the test's process, the built pages, a real browser.
export default defineConfig({
  root,
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    name: "dashboard-browser",
    include: ["tests/browser/**/*.test.ts"],
    globalSetup: [fileURLToPath(new URL("global-setup.ts", import.meta.url))],
    // Each file has servers of its own: two go on at once, as everywhere.
    maxWorkers: 2,
    // After all other projects: a browser has the machine for itself.
    sequence: { groupOrder: 2 },
    pool: "forks",
    // A page needs a moment on a busy machine, too.
    expect: { poll: { timeout: 20_000 } },
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
