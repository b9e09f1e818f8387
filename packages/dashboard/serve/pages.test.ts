import { gunzipSync, gzipSync } from "node:zlib";
import { beforeEach, expect, it, vi } from "vitest";
import { servePages } from "./pages.ts";

const index = `<meta name="stepwell-base" content="%BASE%"><script src="%BASE%/assets/a.js"></script>
<script type="application/json">%BOOT%</script><meta name="nonce" content="%NONCE%">`;
const script = "console.log('a page of ours, long enough to be packed')";
vi.mock("@stepwell/dashboard/assets", () => ({
  default: {
    index,
    files: { "assets/a.js": { type: "text/javascript", gzip: gzipSync(script).toString("base64") } },
  },
}));

let pages = servePages({ base: "/a/b" });
beforeEach(() => {
  pages = servePages({ base: "/a/b" });
});
const get = (path: string, headers: Record<string, string> = {}, method = "GET") =>
  pages(new Request(`http://localhost${path}`, { method, headers }));

it("fills in the base, and a nonce that is another one each time and in the policy", async () => {
  const nonces = new Set<string>();
  for (const path of ["/a/b", "/a/b/", "/a/b/runs/01J?tab=x"]) {
    const answer = await get(path);
    const html = (await answer?.text()) ?? "";
    expect(html).toContain('src="/a/b/assets/a.js"');
    const nonce = /name="nonce" content="([^"]+)"/.exec(html)?.[1] ?? "";
    expect(answer?.headers.get("content-security-policy")).toContain(`'nonce-${nonce}'`);
    expect(JSON.parse(/json">(.*)<\/script>/.exec(html)?.[1] ?? "")).toEqual({ base: "/a/b", nonce });
    nonces.add(nonce);
  }
  expect(nonces.size).toBe(3);
});

it("lets no inline script, no frame and no foreign address into a page", async () => {
  const answer = await get("/a/b");
  const policy = answer?.headers.get("content-security-policy") ?? "";
  expect(policy).toContain("default-src 'none'; script-src 'self';");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toMatch(/unsafe|https?:/);
  expect(answer?.headers.get("x-content-type-options")).toBe("nosniff");
  expect(answer?.headers.get("cache-control")).toBe("no-store");
});

it("sends files packed to who takes that, plain to others, for ever to both", async () => {
  const packed = await get("/a/b/assets/a.js", { "accept-encoding": "br, gzip" });
  expect(packed?.headers.get("content-encoding")).toBe("gzip");
  const bytes = new Uint8Array((await packed?.arrayBuffer()) ?? new ArrayBuffer(0));
  expect(gunzipSync(bytes).toString()).toBe(script);
  const plain = await get("/a/b/assets/a.js");
  expect(plain?.headers.get("content-encoding")).toBeNull();
  expect(await plain?.text()).toBe(script);
  expect(plain?.headers.get("cache-control")).toContain("immutable");
});

it("sends files plain where the framework around would drop what says that they are packed", async () => {
  pages = servePages({ base: "/a/b", packed: false });
  const answer = await get("/a/b/assets/a.js", { "accept-encoding": "gzip" });
  expect(answer?.headers.get("content-encoding")).toBeNull();
  expect(await answer?.text()).toBe(script);
});

it.each([
  ["a file that there is not", "/a/b/assets/b.js", 404],
  ["a climb out of the files", "/a/b/assets/../../etc/passwd", null],
  ["another path", "/a/bc", null],
])("%s: %s", async (_, path, status) => {
  expect((await get(path))?.status ?? null).toBe(status);
});

it("answers nothing but reads", async () => {
  expect(await get("/a/b", {}, "POST")).toBeNull();
});
