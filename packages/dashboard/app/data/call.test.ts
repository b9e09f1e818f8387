import { afterEach, expect, test, vi } from "vitest";
import { keepCsrf } from "./boot.ts";
import { ApiFailure, call, pathOf, whenSignedOut } from "./call.ts";

afterEach(() => vi.unstubAllGlobals());
const answers = (status: number, body: unknown) => {
  const made = vi.fn(async (_url: string, _init: RequestInit) => Response.json(body, { status }));
  vi.stubGlobal("fetch", made);
  return made;
};
const meta = { asOf: "2026-11-28T00:00:00.000Z" };

test("path and query: parameters are escaped, lists joined, what is not given left out", () => {
  expect(pathOf("/runs/:id/cancel", { id: "a/b c" })).toBe("/runs/a%2Fb%20c/cancel");
  expect(pathOf("/runs", {}, { q: "status:failed", cursor: undefined, limit: 5, x: "" })).toBe(
    "/runs?q=status%3Afailed&limit=5",
  );
  expect(pathOf("/runs", {}, { ids: ["a", "b"] })).toBe("/runs?ids=a%2Cb");
});

test("a write carries the session's token and its body; a read neither", async () => {
  keepCsrf("token-1");
  const fetched = answers(200, { data: { status: "cancelled" }, meta });
  await call("cancelRun", { params: { id: "r1" } });
  expect(fetched.mock.calls[0]?.[0]).toBe("/api/stepwell/v1/runs/r1/cancel");
  expect(fetched.mock.calls[0]?.[1]).toMatchObject({
    method: "POST",
    headers: { "x-stepwell-csrf": "token-1" },
  });
  await call("sendEvent", { body: { name: "a" } });
  expect(fetched.mock.calls[1]?.[1]).toMatchObject({
    body: '{"name":"a"}',
    headers: { "content-type": "application/json" },
  });
  await call("listApps");
  expect(fetched.mock.calls[2]?.[1].headers).toEqual({ accept: "application/json" });
});

test("only a call with a key carries one", async () => {
  const fetched = answers(200, { data: {}, meta });
  await call("runSchedule", { params: { id: "s1" }, key: "once" });
  await call("runSchedule", { params: { id: "s1" } });
  expect(fetched.mock.calls[0]?.[1]).toMatchObject({ headers: { "idempotency-key": "once" } });
  expect(fetched.mock.calls[1]?.[1].headers).not.toHaveProperty("idempotency-key");
});

test("a refusal keeps status, code, words and request id", async () => {
  answers(403, { error: { code: "role_too_low", message: "No.", requestId: "req-1" } });
  const failure = await call("listUsers").catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ApiFailure);
  expect(failure).toMatchObject({ status: 403, code: "role_too_low", message: "No.", requestId: "req-1" });
});

test("an answer that is no JSON, and no answer at all, are failures with words", async () => {
  vi.stubGlobal("fetch", async () => new Response("<html>", { status: 502, statusText: "Bad Gateway" }));
  await expect(call("listApps")).rejects.toMatchObject({ status: 502, code: "http_502" });
  vi.stubGlobal("fetch", async () => Promise.reject(new TypeError("failed")));
  await expect(call("listApps")).rejects.toMatchObject({ status: 0, code: "unreachable" });
});

test("a sign-in that is over is told, but not that a password was wrong", async () => {
  const told = vi.fn();
  whenSignedOut(told);
  answers(401, { error: { code: "sign_in_required", message: "Sign in.", requestId: "r" } });
  await call("signIn", { body: { name: "a", password: "b" } }).catch(() => {});
  expect(told).not.toHaveBeenCalled();
  await call("listRuns").catch(() => {});
  expect(told).toHaveBeenCalledOnce();
});
