import { expect, test } from "vitest";
import { defaults, readPreferences } from "./preferences.ts";

test("what was stored is kept value by value, and what is not known falls back", () => {
  const text = JSON.stringify({
    theme: "dark",
    density: "tiny",
    zone: "Europe/Berlin",
    shortcuts: false,
    extra: 1,
  });
  expect(readPreferences(text)).toEqual({
    ...defaults,
    theme: "dark",
    zone: "Europe/Berlin",
    shortcuts: false,
  });
});

test.each([null, "", "null", "[]", "{", '"x"', '{"zone":"Mars/Olympus"}', '{"zone":5}'])(
  "%s is as good as nothing",
  (text) => {
    expect(readPreferences(text)).toEqual(defaults);
  },
);
