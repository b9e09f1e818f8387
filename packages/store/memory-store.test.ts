import { describeStore } from "./conformance/index.ts";
import { createMemoryStore } from "./memory-store.ts";

describeStore("memory", async (options) => ({ store: createMemoryStore(options) }));
