/** Any JSON value. Payloads are opaque to the core: it stores and compares them, it never looks inside. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };
