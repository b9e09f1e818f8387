/**
 * Colours for a canvas, which cannot read CSS variables itself. A probe inside the page turns a token into
 * the colour that it has there now, so that themes and tokens set by a mounting app are followed.
 */

/** Tells the colour of a token like `--sw-failed` within `host`; what was asked is kept until `forget`. */
export interface Palette {
  of(token: string): string;
  forget(): void;
}

export function readPalette(host: HTMLElement): Palette {
  const known = new Map<string, string>();
  return {
    of(token) {
      const seen = known.get(token);
      if (seen) return seen;
      const probe = host.appendChild(document.createElement("span"));
      probe.style.color = `var(${token})`;
      const colour = getComputedStyle(probe).color;
      probe.remove();
      known.set(token, colour);
      return colour;
    },
    forget: () => known.clear(),
  };
}

/** Calls `changed` when the theme is switched, by the page or by the system. @returns how to stop. */
export function watchTheme(changed: () => void): () => void {
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme", "class"] });
  const queries = ["(prefers-color-scheme: dark)", "(prefers-contrast: more)"].map((text) =>
    matchMedia(text),
  );
  for (const query of queries) query.addEventListener("change", changed);
  return () => {
    observer.disconnect();
    for (const query of queries) query.removeEventListener("change", changed);
  };
}
