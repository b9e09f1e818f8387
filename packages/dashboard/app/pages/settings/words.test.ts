import { expect, test } from "vitest";
import { passwordTrouble } from "../../data/password-rule.ts";
import { tokenIn } from "../set-up/token.ts";
import { parseSearch, safeNext } from "../sign-in/search.ts";
import { browserName } from "./browser-name.ts";
import { hrefOfTarget } from "./target.ts";

test.each([
  ["run 01J", "/runs/01J"],
  ["event a/b", "/events/a%2Fb"],
  ["function f", "/functions/f"],
  ["bulk j", "/bulk/j"],
  ["key nightly report …m5a8", null],
  ["user ana", null],
])("the page of %s is %s", (target, href) => {
  expect(hrefOfTarget(target)).toBe(href);
});

test("browsers by two words", () => {
  expect(browserName("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36")).toBe(
    "Chrome on Linux",
  );
  expect(browserName("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) Version/18 Safari/605")).toBe(
    "Safari on macOS",
  );
  expect(browserName("curl/8")).toBe("curl/8");
  expect(browserName(null)).toBe("Unknown browser");
});

test.each([
  "//evil.example",
  "/\\evil.example",
  "https://evil.example",
  "javascript:alert(1)",
  "/sign-in?next=/a",
  "runs",
])("after signing in nobody is sent to %s", (next) => {
  expect(safeNext(next)).toBeUndefined();
});
test("after signing in one is where one wanted to go", () => {
  expect(parseSearch({ next: "/runs?q=a" })).toEqual({ next: "/runs?q=a", error: undefined });
});

test("a password is long enough by characters, not bytes", () => {
  expect(passwordTrouble("")).toContain("Choose");
  expect(passwordTrouble("🦊".repeat(11))).toContain("has 11");
  expect(passwordTrouble("🦊".repeat(12))).toBeNull();
  expect(passwordTrouble("x".repeat(201))).toContain("at most");
});

test("the token of a set-up link", () => {
  expect(tokenIn("#token=a-b_1")).toBe("a-b_1");
  expect(tokenIn("#token=")).toBeNull();
  expect(tokenIn("")).toBeNull();
});
