import { defineConfig } from "vitest/config";

/** Everything resolves to source, like the clone itself (ADR 0001). */
const conditions = ["stepwell-source"];
const project = (name: string, include: string[], extra: object = {}) => ({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: { name, include, environment: "node" as const, ...extra },
});

export default defineConfig({
  test: {
    projects: [
      project("core", [
        "packages/core/**/*.test.ts",
        "packages/protocol/**/*.test.ts",
        "packages/api/**/*.test.ts",
      ]),
      project("tidy", ["tests/*.test.ts"]),
      project("store", ["packages/store/**/*.test.ts", "packages/store-sqlite/**/*.test.ts"]),
      project("engine", [
        "packages/engine/**/*.test.ts",
        "packages/server/**/*.test.ts",
        "packages/stepwell/**/*.test.ts",
      ]),
      project("protocol", ["tests/protocol/**/*.test.ts"], { testTimeout: 60_000, hookTimeout: 60_000 }),
      project("crash", ["tests/crash/**/*.test.ts"], { testTimeout: 300_000, hookTimeout: 60_000 }),
      "./examples/saas/vitest.config.ts",
    ],
  },
});
