import type { SessionView } from "@stepwell/api/dashboard";
import { expect, test } from "vitest";
import { doorOf } from "./door.ts";

const session = (part: Partial<SessionView>): SessionView => ({
  mode: "start",
  user: { id: "u", name: "ana", role: "viewer" },
  setupNeeded: false,
  signIn: { password: true, oidc: null },
  csrf: "c",
  expiresAt: null,
  version: "0",
  now: "2026-11-28T00:00:00.000Z",
  clockOffsetMs: 0,
  clockMovable: false,
  ...part,
});

test("before the first admin there is only the set-up page", () => {
  const fresh = session({ setupNeeded: true, user: null });
  expect(doorOf(fresh, "/runs", "/runs")).toEqual({ is: "go", to: "/set-up" });
  expect(doorOf(fresh, "/sign-in", "/sign-in")).toEqual({ is: "go", to: "/set-up" });
  expect(doorOf(fresh, "/set-up", "/set-up")).toEqual({ is: "bare" });
});

test("nobody is sent to sign in, and back to where they wanted to go", () => {
  const nobody = session({ user: null });
  expect(doorOf(nobody, "/runs", "/runs?q=a:b&x=1")).toEqual({
    is: "go",
    to: "/sign-in?next=%2Fruns%3Fq%3Da%3Ab%26x%3D1",
  });
  expect(doorOf(nobody, "/", "/")).toEqual({ is: "go", to: "/sign-in" });
  expect(doorOf(nobody, "/sign-in", "/sign-in")).toEqual({ is: "bare" });
});

test("where there is nothing to sign in to, a stranger is told so", () => {
  expect(doorOf(session({ mode: "mounted", user: null, signIn: null }), "/", "/")).toEqual({
    is: "stranger",
  });
});

test("who is signed in is in, and does not set up again", () => {
  expect(doorOf(session({}), "/runs", "/runs")).toEqual({ is: "in" });
  expect(doorOf(session({}), "/set-up", "/set-up")).toEqual({ is: "go", to: "/" });
});
