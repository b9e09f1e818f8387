import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const example = fileURLToPath(new URL("..", import.meta.url));
const conditions = ["stepwell-source"];

// The project `browser`: the built app, a server and a real browser, started once for all files.
export default defineConfig({
  root: example,
  resolve: { conditions, alias: { "@": example.replace(/\/$/, "") } },
  ssr: { resolve: { conditions } },
  test: {
    name: "browser",
    include: ["browser/**/*.test.ts"],
    globalSetup: ["./browser/global-setup.ts"],
    // One app for all: its mailbox and its runs are easier to read when one file at a time writes there.
    fileParallelism: false,
    // After all other projects: a browser has the machine for itself.
    sequence: { groupOrder: 1 },
    pool: "forks",
    // Long enough for a busy machine.
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
