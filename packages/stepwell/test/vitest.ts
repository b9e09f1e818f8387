/** `stepwell/test/vitest`: the matchers, for `expect.extend(matchers)`. */
export { matchers } from "@stepwell/test/vitest";
