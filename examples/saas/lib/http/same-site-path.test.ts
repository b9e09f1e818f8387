import { describe, expect, it } from "vitest";
import { sameSitePath } from "./same-site-path.ts";

describe("the way on after signing in", () => {
  it.each(["/", "/organizations/org_1?welcome=1#reports", "/search?q=a%20b", "/a//b"])(
    "may be %s",
    (path) => {
      expect(sameSitePath(path, "/home")).toBe(path);
    },
  );

  it.each([
    undefined,
    "",
    "home",
    "https://evil.example/",
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/.//evil.example",
    "/a/..//evil.example",
    "javascript:alert(1)",
    "//",
    " //evil.example",
  ])("is never %j", (path) => {
    expect(sameSitePath(path, "/home")).toBe("/home");
  });
});
