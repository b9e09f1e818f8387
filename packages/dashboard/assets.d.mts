/** The built pages, as `build.mjs` writes them: one module, so that a bundler takes them along. */
export interface BuiltAssets {
  /** index.html with `%BASE%`, `%BOOT%` and `%NONCE%` still in it. */
  index: string;
  /** By path below the base, like `assets/main-4f2a.js`: gzipped, as base64. */
  files: Record<string, { type: string; gzip: string }>;
}
declare const assets: BuiltAssets;
export default assets;
