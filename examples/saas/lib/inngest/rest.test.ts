import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { type Asked, type JobServer, startJobServer } from "./fixtures/job-server.ts";
import { createRest, hashSigningKey } from "./rest.ts";

const KEY = "signkey-test-12345678";
const HASHED = "signkey-test-b2ed992186a5cb19f6668aade821f502c1d00970dfd0e35128d51bac4649916c";
const Shape = z.object({ status: z.string() });
const good = {
  body: { data: { status: "ok" }, metadata: { fetchedAt: "2026-11-28T05:27:04.386Z", cachedUntil: null } },
};

let server: JobServer | undefined;
afterEach(() => server?.close());

async function serve(reply: (asked: Asked) => { status?: number; body: unknown } | undefined) {
  server = await startJobServer(reply);
  return server;
}

describe("what is sent", () => {
  it("hashes a signing key as the server expects it", () => {
    expect(hashSigningKey(KEY)).toBe(HASHED);
    expect(hashSigningKey("12345678")).toBe(HASHED.slice("signkey-test-".length));
  });

  it("is the hashed key and the environment, where they are set", async () => {
    const { url, asked } = await serve(() => good);
    await createRest({ baseUrl: url, signingKeys: [KEY], environment: "my-branch" }).get("/v2/x", Shape);
    await createRest({ baseUrl: url, signingKeys: [undefined, ""] }).get("/v2/y", Shape);
    expect(asked.map(({ path }) => path)).toEqual(["/v2/x", "/v2/y"]);
    expect(asked[0]?.headers).toMatchObject({
      authorization: `Bearer ${HASHED}`,
      "x-inngest-env": "my-branch",
    });
    expect(asked[1]?.headers).not.toHaveProperty("authorization");
    expect(asked[1]?.headers).not.toHaveProperty("x-inngest-env");
  });

  it("is the second key, where the first one is refused", async () => {
    const { url, asked } = await serve(({ headers }) =>
      headers.authorization === `Bearer ${HASHED}` ? good : { status: 401, body: { errors: [] } },
    );
    const rest = createRest({ baseUrl: url, signingKeys: ["signkey-test-00", KEY] });
    expect(await rest.get("/v2/x", Shape)).toMatchObject({ is: "found" });
    expect(asked).toHaveLength(2);
  });
});

describe("what is answered", () => {
  it("is the data, and what time it is there", async () => {
    const { url } = await serve(() => good);
    expect(await createRest({ baseUrl: url }).get("/v2/x", Shape)).toEqual({
      is: "found",
      data: { status: "ok" },
      serverTime: new Date("2026-11-28T05:27:04.386Z"),
    });
  });

  it("is absent for what is not there", async () => {
    const { url } = await serve(() => ({ status: 404, body: { errors: [{ code: "not_found" }] } }));
    expect(await createRest({ baseUrl: url }).get("/v2/x", Shape)).toEqual({ is: "absent" });
  });

  it.each([
    ["refuses the key", { status: 401, body: {} }, "does not take INNGEST_SIGNING_KEY"],
    ["forbids it", { status: 403, body: {} }, "does not take INNGEST_SIGNING_KEY"],
    ["is broken", { status: 500, body: {} }, "answered with status 500"],
    ["shows a page", { body: "<!doctype html>" }, "answered something that is no JSON"],
    ["says something else", { body: { data: { status: 7 } } }, "answered something unknown"],
    ["names no data", { body: {} }, "answered something unknown"],
    ["says nothing", undefined, "did not answer within 0.2 s"],
  ])("is a reason, where the server %s", async (_what, reply, reason) => {
    const { url } = await serve(() => reply);
    const answer = await createRest({ baseUrl: url, signingKeys: [KEY], timeoutMs: 200 }).get("/v2/x", Shape);
    expect(answer).toEqual({ is: "unreachable", reason: expect.stringContaining(`${url} ${reason}`) });
    expect(JSON.stringify(answer)).not.toContain("12345678");
  });

  it("is a reason, where nobody listens", async () => {
    const { url, close } = await serve(() => good);
    await close();
    expect(await createRest({ baseUrl: url }).get("/v2/x", Shape)).toEqual({
      is: "unreachable",
      reason: expect.stringMatching(new RegExp(`^${url} does not answer \\(.*ECONNREFUSED`)),
    });
  });
});
