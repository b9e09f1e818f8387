/** The PostgreSQL store against the suite that all stores pass. */
import { afterAll, afterEach, inject } from "vitest";
import { describeStore } from "../store/conformance/index.ts";
import { createDatabase } from "./fixtures/database.ts";

const database = await createDatabase(inject("postgresUri"));
afterEach(() => database.closeStores());
afterAll(() => database.remove());

describeStore("postgres", async (options = {}) => {
  const schema = database.freshSchema();
  const store = await database.open({ schema, ...options });
  return {
    store,
    async reopen() {
      await store.close();
      return database.open({ schema, ...options });
    },
  };
});
