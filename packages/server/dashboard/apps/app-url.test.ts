import { expect, test } from "vitest";
import { readAppUrl, shownUrl } from "./app-url.ts";

test.each([
  [" http://localhost:3000/api/inngest ", "http://localhost:3000/api/inngest"],
  ["https://shop.example/api/inngest?x=1#top", "https://shop.example/api/inngest?x=1"],
  ["HTTP://Shop.example", "http://shop.example/"],
])("takes %s", (given, url) => {
  expect(readAppUrl(given)).toBe(url);
});

test.each([
  ["localhost", /whole one/],
  ["", /no URL/],
  ["/api/inngest", /no URL/],
  ["localhost:3000/api", /whole one/],
  ["file:///etc/passwd", /not by file:/],
  ["javascript:alert(1)", /no URL/],
  ["javascript://alert(1)", /not by javascript:/],
  ["http://ana:secret@localhost/api", /name or a password/],
  ["http://ana@localhost/api", /name or a password/],
])("refuses %s", (given, words) => {
  expect(() => readAppUrl(given)).toThrow(words);
  expect(() => readAppUrl(given)).toThrow(expect.objectContaining({ code: "body_invalid" }));
});

test("logs show no query", () => {
  expect(shownUrl("https://shop.example/api/inngest?token=1")).toBe("https://shop.example/api/inngest");
});
