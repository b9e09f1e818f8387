import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Trigger } from "../model/function.ts";
import { matchesName, matchTrigger } from "./index.ts";

describe("names", () => {
  test.each<[string, string]>([
    ["app/user.created", "app/user.created"],
    ["app/user.*", "app/user.created"],
    ["app/*", "app/user.created"],
    ["app/user.*", "app/user.profile.updated"],
    ["a/*", "a/b/c.d.e"],
    ["a/b/*", "a/b/c.d.e"],
    ["a/b/c.*", "a/b/c.d.e"],
    ["a/b/c.d.*", "a/b/c.d.e"],
    ["signup", "signup"],
  ])("trigger %s takes %s", (trigger, name) => expect(matchesName(trigger, name)).toBe(true));

  test.each<[string, string]>([
    ["app/*", "apps/x"],
    ["app/*", "app"],
    ["app/*", "app.user"],
    ["app.*", "app/user.created"],
    ["app/user.*", "app/users.created"],
    ["app/user.*", "app/user"],
    ["*", "signup"],
    ["*", "app/user.created"],
    ["*/user.created", "app/user.created"],
    ["app/*.created", "app/user.created"],
    ["app/*/*", "app/user/created"],
    ["app/us*", "app/user.created"],
    ["app/user.created*", "app/user.created"],
    ["app/**", "app/user.created"],
    ["/*", "app/user"],
    [".*", "signup"],
    ["signup", "Signup"],
    ["a/b/c.d.e.*", "a/b/c.d.e"],
  ])("trigger %s leaves %s", (trigger, name) => expect(matchesName(trigger, name)).toBe(false));

  test("the triggers of a name are itself and one for each boundary (semantics §3.2)", () => {
    const word = fc.stringMatching(/^[a-z]{1,3}$/);
    const rest = fc.array(fc.tuple(fc.constantFrom("/", "."), word), { maxLength: 4 });
    fc.assert(
      fc.property(word, rest, fc.nat(20), (first, parts, cut) => {
        const name = first + parts.map(([mark, text]) => mark + text).join("");
        const trigger = `${name.slice(0, cut)}*`;
        const boundary = /[/.]$/.test(name.slice(0, cut)) && cut < name.length;
        expect(matchesName(trigger, name)).toBe(boundary);
      }),
    );
  });
});

describe("triggers", () => {
  const big: Trigger = { event: "a", expression: "big" };
  const any: Trigger = { event: "b" };
  const wild: Trigger = { event: "x/*", expression: "yes" };
  const exact: Trigger = { event: "x/y" };
  const cron: Trigger = { cron: "* * * * *" };
  const pull = (triggers: Trigger[], name: string, holds: (expression: string) => boolean) =>
    matchTrigger(triggers, { name }, holds);

  test("a false `if` leaves the event, another trigger may take its own", () => {
    expect(pull([big, any], "a", () => false)).toBeNull();
    expect(pull([big, any], "b", () => false)).toBe(any);
    expect(pull([big, any], "a", () => true)).toBe(big);
  });

  test("the first one wins, and a false `if` asks the next", () => {
    expect(pull([wild, exact], "x/y", () => true)).toBe(wild);
    expect(pull([wild, exact], "x/y", () => false)).toBe(exact);
    expect(pull([exact, wild], "x/y", () => true)).toBe(exact);
  });

  test("the `if` of another name is not evaluated", () => {
    const evaluated: string[] = [];
    pull([big, wild], "x/y", (expression) => evaluated.push(expression) < 0);
    expect(evaluated).toEqual(["yes"]);
  });

  test("cron triggers and empty lists take no event", () => {
    expect(pull([cron], "inngest/scheduled.timer", () => true)).toBeNull();
    expect(pull([], "a", () => true)).toBeNull();
  });
});
