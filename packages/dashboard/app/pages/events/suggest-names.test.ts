import { expect, test } from "vitest";
import { suggestNames } from "./suggest-names.ts";

const names = ["user/created", "invoice/due"];

test.each([
  ["", ["name:user/created", "name:invoice/due"]],
  ["inv", ["name:invoice/due"]],
  ["since:24h name:us", ["since:24h name:user/created"]],
  ["-name:us", ["-name:user/created"]],
  ["since:2", []],
  ["zzz", []],
])("after %j come %j", (text, options) => expect(suggestNames(text, names)).toEqual(options));
