import { defineConfig } from "drizzle-kit";
import { onPostgres } from "./db/dialect.ts";

// `npm run db:generate` runs twice: the schema is written once, each database has its own migrations.
export default defineConfig({
  dialect: onPostgres ? "postgresql" : "sqlite",
  schema: "./db/schema.ts",
  out: `./db/migrations/${onPostgres ? "postgres" : "sqlite"}`,
});
