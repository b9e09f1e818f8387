/** The `concurrency` option in all its shapes (semantics §6.2, wire.md §3.3). */
import type { ConcurrencyLimit, Json } from "@stepwell/core";
import { describe, expect, test } from "vitest";
import { readConcurrency } from "./function-concurrency.ts";
import type { Findings } from "./function-config.ts";

/** What is read, and what is found wrong. */
function read(value: Json | undefined): { limits: ConcurrencyLimit[]; wrong: string[] } {
  const wrong: string[] = [];
  const findings: Findings = {
    slug: "app-x",
    checks: {
      expression: (source) => (source.includes("((") ? "unbalanced" : null),
      cancelExpression: () => null,
      cron: () => null,
      duration: () => null,
    },
    invalid: (text) => wrong.push(text),
    combination: (one, other) => wrong.push(`${one} with ${other}`),
    notBuilt: (option) => wrong.push(`not built: ${option}`),
  };
  return { limits: readConcurrency(value, findings), wrong };
}
const key = "event.data.id";

describe("shapes", () => {
  test.each<[string, Json | undefined, ConcurrencyLimit[]]>([
    ["nothing", undefined, []],
    ["null", null, []],
    ["an empty list", [], []],
    ["a number", 5, [{ limit: 5, scope: "fn" }]],
    ["0, which limits nothing", 0, []],
    ["an object", { limit: 5 }, [{ limit: 5, scope: "fn" }]],
    ["an object without a limit", { key }, []],
    ["a limit of 0", { limit: 0, key }, []],
    ["a second one without a limit", [{ limit: 2 }, { key }], [{ limit: 2, scope: "fn" }]],
    ["a key", { limit: 1, key }, [{ limit: 1, key, scope: "fn" }]],
    ["an empty key", { limit: 1, key: "" }, [{ limit: 1, scope: "fn" }]],
    ["null key and scope", { limit: 1, key: null, scope: null }, [{ limit: 1, scope: "fn" }]],
    ["a list of one", [{ limit: 1 }], [{ limit: 1, scope: "fn" }]],
    [
      "a list of two",
      [{ limit: 1, key }, { limit: 2 }],
      [
        { limit: 1, key, scope: "fn" },
        { limit: 2, scope: "fn" },
      ],
    ],
    ["the scope env", { limit: 1, key: "'g'", scope: "env" }, [{ limit: 1, key: "'g'", scope: "env" }]],
    [
      "the scope account",
      [{ limit: 1, key: "'g'", scope: "account" }, 3],
      [
        { limit: 1, key: "'g'", scope: "account" },
        { limit: 3, scope: "fn" },
      ],
    ],
    [
      "limits on calls and on runs",
      { step: [{ limit: 2 }, { limit: 1, key }], fn: [{ limit: 3, key }] },
      [
        { limit: 2, scope: "fn" },
        { limit: 1, key, scope: "fn" },
        { limit: 3, key, scope: "fn", level: "run" },
      ],
    ],
    ["C-7 · one on runs alone", { fn: [{ limit: 1 }] }, [{ limit: 1, scope: "fn", level: "run" }]],
    [
      "one that is no list",
      { fn: { limit: 1 }, step: 4 },
      [
        { limit: 4, scope: "fn" },
        { limit: 1, scope: "fn", level: "run" },
      ],
    ],
    [
      "one part only, the other null",
      { step: null, fn: [{ limit: 1 }] },
      [{ limit: 1, scope: "fn", level: "run" }],
    ],
  ])("%s", (_case, value, limits) => expect(read(value)).toEqual({ limits, wrong: [] }));
});

describe("what is refused", () => {
  test.each<[string, Json, string]>([
    ["C-8 · three limits", [1, 2, 3], "concurrency has 3 limits; at most 2 are allowed. Remove some."],
    [
      "three on calls in the new form",
      { step: [1, 2, 3] },
      "concurrency has 3 limits; at most 2 are allowed. Remove some.",
    ],
    [
      "two on runs",
      { fn: [{ limit: 1 }, { limit: 2 }] },
      "concurrency.fn has 2 limits; at most 1 are allowed. Remove some.",
    ],
    ["C-8 · env without a key", { limit: 1, scope: "env" }, 'concurrency with scope "env" needs a `key`.'],
    [
      "account without a key",
      [{ limit: 1, scope: "account" }],
      'concurrency with scope "account" needs a `key`.',
    ],
    [
      "an unknown scope",
      { limit: 1, key, scope: "team" },
      'concurrency.scope must be "fn", "env" or "account".',
    ],
    [
      "a shared limit on runs",
      { fn: [{ limit: 1, key, scope: "env" }] },
      'limits on runs (concurrency.fn) have the scope "fn" only. Remove `scope`.',
    ],
    ["a negative limit", -1, "concurrency.limit (-1) must be a whole number, 0 or more."],
    ["a fraction", { limit: 1.5 }, "concurrency.limit (1.5) must be a whole number, 0 or more."],
    ["a text", "5", "concurrency must be a number, or an object with `limit`."],
    ["a text in the list", ["5"], "concurrency must be a number, or an object with `limit`."],
    ["a limit that is text", { limit: "5" }, 'concurrency.limit ("5") must be a whole number, 0 or more.'],
    [
      "a limit of 0 on runs, which would limit nothing",
      { fn: [{ limit: 0 }] },
      "concurrency.fn.limit (0) must be a whole number, 1 or more.",
    ],
    ["none on runs", { fn: [{ key }] }, "concurrency.fn.limit (null) must be a whole number, 1 or more."],
    [
      "a key that is no text",
      { limit: 1, key: 7 },
      "concurrency.key must be text: an expression over `event`.",
    ],
    ["a key that does not parse", { limit: 1, key: "((" }, "concurrency.key ((() is not valid: unbalanced"],
    ["an unknown property", { limit: 1, weight: 2 }, "not built: concurrency.weight"],
    ["an unknown part", { step: [1], app: [1] }, "not built: concurrency.app"],
  ])("%s", (_case, value, says) => expect(read(value).wrong).toEqual([says]));
});
