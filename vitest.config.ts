import { defineConfig } from "vitest/config";

/** Everything resolves to source, like the clone itself (ADR 0001). */
const conditions = ["stepwell-source"];
const project = (name: string, include: string[], extra: object = {}) => ({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  // Long enough for a busy machine: a test that hangs is still found, one that is slow is not called broken.
  test: { name, include, environment: "node" as const, testTimeout: 30_000, ...extra },
});

/** An app written for v3 needs v3, whatever the set-up. */
const v3Only = ["tests/protocol/v3-app.test.ts"];
/** Command lines and their polls take their time, and it is the same whatever the SDK. */
const cliOnce = ["tests/protocol/modes.test.ts", "tests/protocol/discovery.test.ts"];
/** The same tests over HTTP with each SDK set-up (tests/protocol/sdk.ts). */
const protocol = (name: string, sdk: string, exclude: string[] = []) =>
  project(name, ["tests/protocol/**/*.test.ts"], {
    env: { STEPWELL_SDK: sdk },
    // The SDK takes a second to load: a process goes on with it from file to file.
    isolate: false,
    exclude,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  });

/** Semantics §6 once more, on PostgreSQL (tests/protocol/world.ts). */
const flowControl = ["flow-*", "concurrency", "ends", "expressions"].map(
  (name) => `tests/protocol/${name}.test.ts`,
);
/** One real PostgreSQL for all of a project's files. */
const withPostgres = {
  testTimeout: 60_000,
  hookTimeout: 60_000,
  globalSetup: ["packages/store-postgres/fixtures/test-server.ts"],
};

export default defineConfig({
  test: {
    // Most tests wait, for an app, a timer or a disk: two go on at once also where there are two cores.
    maxWorkers: 2,
    projects: [
      project(
        "core",
        ["packages/core/**/*.test.ts", "packages/protocol/**/*.test.ts", "packages/api/**/*.test.ts"],
        { isolate: false },
      ),
      project("tidy", ["tests/*.test.ts"]),
      project("store", ["packages/store/**/*.test.ts", "packages/store-sqlite/**/*.test.ts"]),
      project(
        "engine",
        ["packages/engine/**/*.test.ts", "packages/server/**/*.test.ts", "packages/stepwell/**/*.test.ts"],
        { isolate: false },
      ),
      project("dashboard", ["packages/dashboard/**/*.test.ts"]),
      protocol("protocol", "v4", v3Only),
      protocol("protocol-v4-plain", "v4-plain", [...v3Only, ...cliOnce]),
      protocol("protocol-v3", "v3", cliOnce),
      project("test-kit", ["packages/test/**/*.test.ts"], { testTimeout: 60_000 }),
      project(
        "postgres",
        ["packages/store-postgres/**/*.test.ts", "tests/postgres/**/*.test.ts"],
        withPostgres,
      ),
      project("protocol-postgres", flowControl, { ...withPostgres, env: { STEPWELL_STORE: "postgres" } }),
      project("simulation", ["tests/simulation/**/*.test.ts"], { testTimeout: 180_000 }),
      project("crash", ["tests/crash/**/*.test.ts"], { testTimeout: 300_000, hookTimeout: 60_000 }),
      "./examples/saas/vitest.config.ts",
      "./examples/saas/vitest.postgres.config.ts",
      "./examples/saas/browser/vitest.config.ts",
      "./tests/browser/vitest.config.ts",
    ],
  },
});
