import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const here = fileURLToPath(new URL(".", import.meta.url));

// The project `example`: plain Node, no server; every test file owns its database and folder.
// `vitest.postgres.config.ts` runs what touches the database once more.
export default defineConfig({
  root: here,
  // `stepwell/clock` from its source, like everything in this repository (ADR 0001).
  resolve: {
    conditions: ["stepwell-source"],
    alias: { "@": here.replace(/\/$/, "") },
  },
  ssr: { resolve: { conditions: ["stepwell-source"] } },
  test: {
    name: "example",
    pool: "forks",
    // A process goes on with the packages it has loaded; the set-up gives each file its own modules of the app.
    isolate: false,
    // As the whole repository's: projects that run side by side must agree.
    maxWorkers: 2,
    setupFiles: ["./vitest.setup.ts"],
    include: ["**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/.next/**", "browser/**"],
    testTimeout: 30_000,
  },
});
