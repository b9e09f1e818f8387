/** Matchers for Vitest: importing this module is enough, in a test or in a set-up file. */
import { expect } from "vitest";
import { matchers, type RunMatchers } from "./matchers.ts";

// The parameters are those that Vitest 5 gives its own interface.
declare module "vitest" {
  interface Matchers<R extends void | Promise<void> = void | Promise<void>, T = unknown>
    extends RunMatchers<R> {}
}

expect.extend(matchers);

export { matchers };
