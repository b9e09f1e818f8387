/** The moved clock is found in a request, whatever framework brings it, and nowhere else. */
import { expect, test } from "vitest";
import { offsetOf } from "./offset.ts";

const NAME = "x-stepwell-clock-offset-ms";
const node = { headers: { host: "localhost", [NAME]: "86400000" } };
const web = new Request("http://localhost/api/inngest", { headers: { [NAME]: "86400000" } });
const looped: Record<string, unknown> = { headers: {} };
looped["request"] = looped;

test.each<[string, unknown[]]>([
  ["Node and Express", [node, { statusCode: 200 }]],
  ["fetch handlers (Next, Bun, Deno)", [web, {}]],
  ["Hono", [{ req: { raw: web, header: () => undefined } }]],
  ["Koa", [{ request: { headers: node.headers } }]],
  ["Fastify", [{ raw: node }, {}]],
  ["SvelteKit and Remix", [{ request: web, params: {} }]],
  ["h3 and Nuxt", [{ node: { req: node } }]],
  ["Lambda, where names keep their case", [{ headers: { "X-Stepwell-Clock-Offset-Ms": "86400000" } }, {}]],
  ["a second argument (Cloudflare, Pages)", [undefined, { request: web }]],
])("%s", (_framework, requestArgs) => {
  expect(offsetOf(requestArgs)).toBe(86_400_000);
});

test.each<[string, unknown[]]>([
  ["no arguments", []],
  ["no header", [{ headers: { host: "localhost" } }, new Request("http://localhost")]],
  ["no objects", [null, "text", 7, undefined]],
  ["a request that leads back to itself", [looped]],
  ["text", [{ headers: { [NAME]: "3d" } }]],
  ["a negative number", [{ headers: { [NAME]: "-5" } }]],
  ["a list", [{ headers: { [NAME]: ["1", "2"] } }]],
  [
    "parts that cannot be read",
    [
      {
        get headers(): never {
          throw new Error("not now");
        },
      },
    ],
  ],
])("%s: not moved", (_what, requestArgs) => {
  expect(offsetOf(requestArgs)).toBe(0);
});
