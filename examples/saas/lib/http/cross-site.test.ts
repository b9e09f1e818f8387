import { afterEach, expect, it, vi } from "vitest";
import { isCrossSite } from "./form-post.ts";

afterEach(() => void vi.unstubAllEnvs());

const post = (headers: Record<string, string>) =>
  new Request("http://127.0.0.1/", { method: "POST", headers: { host: "10.0.0.7:3000", ...headers } });

it.each([
  ["our own page", { origin: "http://10.0.0.7:3000" }, false],
  ["our own page, behind a proxy that says another host", { origin: "https://tallyho.example" }, false],
  ["a program", {}, false],
  ["another site", { origin: "https://evil.example" }, true],
  ["another port of this machine", { origin: "http://10.0.0.7:4000" }, true],
  ["a page without an origin", { origin: "null" }, true],
  ["another site that sends no origin", { "sec-fetch-site": "cross-site" }, true],
])("a post of %s", (_whose, headers, crossSite) => {
  vi.stubEnv("APP_URL", "https://tallyho.example");
  expect(isCrossSite(post(headers as Record<string, string>))).toBe(crossSite);
});

it("a page without an origin is another site, also where APP_URL is unset", () => {
  vi.stubEnv("APP_URL", "");
  expect(isCrossSite(post({ origin: "null" }))).toBe(true);
});
