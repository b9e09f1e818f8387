import { expect, test } from "vitest";
import { isIgnored, type Place } from "./shortcut-guard.ts";

const body: Place = { tag: "BODY", type: "", editable: false, covered: false };
const press = { key: "j", ctrlKey: false, metaKey: false, altKey: false, isComposing: false, repeat: false };

test("a single key works on the page and on its links and checkboxes", () => {
  expect(isIgnored(press, body, true)).toBe(false);
  expect(isIgnored(press, { ...body, tag: "A" }, true)).toBe(false);
  expect(isIgnored(press, { ...body, tag: "INPUT", type: "checkbox" }, true)).toBe(false);
});

test.each<Partial<Place>>([
  { tag: "INPUT", type: "search" },
  { tag: "INPUT", type: "password" },
  { tag: "TEXTAREA" },
  { tag: "SELECT" },
  { tag: "DIV", editable: true },
  { covered: true },
])("it is text, or somebody else's, in %o", (place) => {
  expect(isIgnored(press, { ...body, ...place }, true)).toBe(true);
});

test("switched off, only keys with Ctrl or Cmd are left", () => {
  expect(isIgnored(press, body, false)).toBe(true);
  expect(
    isIgnored({ ...press, key: "k", ctrlKey: true }, { ...body, tag: "INPUT", type: "text" }, false),
  ).toBe(false);
  expect(isIgnored({ ...press, key: "k", metaKey: true }, { ...body, covered: true }, true)).toBe(true);
});

test("a held key repeats only where that moves through rows", () => {
  expect(isIgnored({ ...press, repeat: true }, body, true)).toBe(false);
  expect(isIgnored({ ...press, key: "d", repeat: true }, body, true)).toBe(true);
  expect(isIgnored({ ...press, repeat: true }, { ...body, tag: "TEXTAREA" }, true)).toBe(true);
  expect(isIgnored({ ...press, isComposing: true }, body, true)).toBe(true);
});
