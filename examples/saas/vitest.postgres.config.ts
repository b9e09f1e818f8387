import { mergeConfig } from "vitest/config";
import sqlite from "./vitest.config.ts";

// The project `example-postgres`: one real PostgreSQL for the run, a database of its own for each file. Not the
// tests of thousands of users and invoices: they are about pages and limits, which no database knows of.
export default mergeConfig(
  { ...sqlite, test: { ...sqlite.test, include: [] } },
  {
    test: {
      name: "example-postgres",
      globalSetup: ["../../packages/store-postgres/fixtures/test-server.ts"],
      include: [
        "db/*.test.ts",
        "services/*.test.ts",
        "jobs/*.test.ts",
        "app/api/**/*.test.ts",
        "lib/session.test.ts",
      ],
      exclude: ["jobs/*-pages.test.ts"],
      hookTimeout: 60_000,
      testTimeout: 60_000,
    },
  },
);
