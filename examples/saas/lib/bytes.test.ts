import { expect, it } from "vitest";
import { sayBytes } from "./bytes.ts";

it.each([
  [0, "0 bytes"],
  [1, "1 byte"],
  [1_023, "1023 bytes"],
  [1_024, "1 KB"],
  [1_536, "1.5 KB"],
  [1_048_576, "1 MB"],
  [5 * 1_048_576, "5 MB"],
  [5.25 * 1_048_576, "5.3 MB"],
])("%i is said as %s", (bytes, said) => {
  expect(sayBytes(bytes)).toBe(said);
});
