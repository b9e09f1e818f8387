/**
 * A small script that runs before the first paint and puts the chosen theme and density on `<html>`:
 * otherwise a dark page would flash white. A file of its own, since the policy allows no inline script.
 */
import { createHash } from "node:crypto";

/** The same key and words as app/data/preferences.ts. */
const script = `try {
  const { theme, density } = JSON.parse(localStorage.getItem("stepwell.preferences") ?? "{}");
  const { dataset } = document.documentElement;
  if (theme === "light" || theme === "dark") dataset.theme = theme;
  if (density === "compact") dataset.density = density;
} catch {}
`;

/** Vite plugin: emits the script, and loads it first. It also mends an address that Vite escapes. */
export function prePaint() {
  const name = `assets/pre-paint-${createHash("sha256").update(script).digest("hex").slice(0, 8)}.js`;
  return {
    name: "stepwell-pre-paint",
    apply: "build",
    enforce: "post",
    generateBundle(_, bundle) {
      this.emitFile({ type: "asset", fileName: name, source: script });
      const page = bundle["index.html"];
      if (page) page.source = String(page.source).replaceAll("%25BASE%25", "%BASE%");
    },
    transformIndexHtml: {
      order: "post",
      handler: () => [{ tag: "script", attrs: { src: `%BASE%/${name}` }, injectTo: "head-prepend" }],
    },
  };
}
