/**
 * Builds the browser app into dist/app: hashed names, a manifest for the server, and no address that
 * knows where the dashboard will be mounted. The server puts base, boot JSON and nonce into index.html
 * (`%BASE%`, `%BOOT%`, `%NONCE%`); scripts and styles find each other relatively.
 * `vite` without `build` serves the sources in front of a running `stepwell dev` (README.md).
 */
import { join } from "node:path";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { prePaint } from "./pre-paint.mjs";

const server = process.env.STEPWELL_URL ?? "http://127.0.0.1:8288";

/** What the server does to index.html, for the dev server. */
const fillIn = {
  name: "stepwell-fill-in",
  apply: "serve",
  transformIndexHtml: {
    order: "pre",
    handler: (html) =>
      html.replace("%BOOT%", '{"base":""}').replaceAll("%BASE%", "").replaceAll("%NONCE%", ""),
  },
};

export default defineConfig({
  root: join(import.meta.dirname, "app"),
  base: "./",
  plugins: [react(), tailwindcss(), fillIn, prePaint()],
  resolve: { conditions: ["stepwell-source", "module", "browser", "development|production"] },
  build: {
    outDir: join(import.meta.dirname, "dist/app"),
    emptyOutDir: true,
    manifest: true,
    target: "es2023",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
  },
  experimental: {
    renderBuiltUrl: (filename, { hostType }) =>
      hostType === "html" ? `%BASE%/${filename}` : { relative: true },
  },
  server: {
    proxy: Object.fromEntries(
      ["^/api/", "^/dev/", "^/e/"].map((path) => [
        path,
        { target: server, changeOrigin: true, headers: { origin: server } },
      ]),
    ),
  },
});
