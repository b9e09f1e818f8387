import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

// The project `example`: plain Node, no server, every test owns its database and folder.
export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  // `stepwell/clock` from its source, like everything in this repository (ADR 0001).
  resolve: {
    conditions: ["stepwell-source"],
    alias: { "@": fileURLToPath(new URL(".", import.meta.url)).replace(/\/$/, "") },
  },
  ssr: { resolve: { conditions: ["stepwell-source"] } },
  test: {
    name: "example",
    // The app finds its migrations and files from its own folder, wherever the tests are started.
    pool: "forks",
    setupFiles: ["./vitest.setup.ts"],
    include: ["**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/.next/**"],
    testTimeout: 30_000,
  },
});
