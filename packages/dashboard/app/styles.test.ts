/** Text and signs are readable on every ground that they are drawn on, in both themes (WCAG AA). */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

type Rgb = [number, number, number];
const css = readFileSync(join(import.meta.dirname, "styles/tokens.css"), "utf8");
const tokens = new Map(
  [...css.matchAll(/--sw-([\w-]+): light-dark\((#\w{6}), (#\w{6})\)/g)].map(([, name, light, dark]) => [
    name,
    { light, dark },
  ]),
);
const soft = Number(/--sw-soft: (\d+)%/.exec(css)?.[1]) / 100;

function colour(name: string, theme: "light" | "dark"): Rgb {
  const hex = tokens.get(name)?.[theme];
  if (hex === undefined) throw new Error(`No colour ${name}`);
  return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as Rgb;
}
const mix = (a: Rgb, b: Rgb, share: number): Rgb =>
  a.map((value, at) => value * share + (b[at] ?? 0) * (1 - share)) as Rgb;
function luminance(rgb: Rgb): number {
  const [r, g, b] = rgb.map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function contrast(a: Rgb, b: Rgb): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

const grounds = ["ground", "panel", "sunken", "hover", "accent-soft"];
const statuses = ["queued", "running", "waiting", "completed", "failed"];

describe.each(["light", "dark"] as const)("%s", (theme) => {
  test.each(["ink", "dim", "faint", "accent", ...statuses])("%s on every ground", (text) => {
    for (const ground of grounds)
      expect(
        contrast(colour(text, theme), colour(ground, theme)),
        `${text} on ${ground}`,
      ).toBeGreaterThanOrEqual(4.5);
  });
  test.each(statuses)("%s on its own soft ground", (status) => {
    const own = colour(status, theme);
    expect(contrast(own, mix(own, colour("panel", theme), soft))).toBeGreaterThanOrEqual(4.5);
  });
  test("words on the accent, hints, borders of fields, and bars of charts", () => {
    expect(contrast(colour("accent-ink", theme), colour("accent", theme))).toBeGreaterThanOrEqual(4.5);
    expect(contrast(colour("panel", theme), colour("ink", theme))).toBeGreaterThanOrEqual(4.5);
    for (const ground of ["ground", "panel"]) {
      expect(contrast(colour("line-strong", theme), colour(ground, theme))).toBeGreaterThanOrEqual(3);
      expect(contrast(colour("accent", theme), colour(ground, theme))).toBeGreaterThanOrEqual(3);
    }
  });
});
