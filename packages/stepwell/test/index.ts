/** `stepwell/test`: the test kit. Documented in docs/guides/testing.md. */
export * from "@stepwell/test";
