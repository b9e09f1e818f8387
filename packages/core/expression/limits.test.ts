import { describe, expect, test } from "vitest";
import type { Json } from "../model/json.ts";
import { checkRestrictive, ExpressionError, evaluate, isTrue, parseExpression } from "./index.ts";

const moment = { now: 0 };
const run = (source: string, data: Json) => evaluate(parseExpression(source), { event: { data } }, moment);

describe("expression: what does not compile", () => {
  const rows: readonly (readonly [string, string])[] = [
    ["", "Unexpected token"],
    ["event.data.id ==", "Unexpected token"],
    ["async.data.id =", "at character 15"],
    ["evnt.data.id == 1", "there is no variable evnt"],
    ["i == 1 && event.data.a.exists(i, i == 1)", "there is no variable i"],
    ["shout(event.data.a)", "there is no function shout()"],
    ["constructor(1)", "there is no function constructor()"],
    ["event.toString()", "there is no method toString()"],
    ["startsWith('a', 'b')", "there is no function startsWith()"],
    ["event.data.a.startsWith()", "startsWith() takes one argument"],
    ["now(1)", "now() takes 0 arguments"],
    ["has(event)", "has() wants an attribute"],
    ["event.data.a.exists(1, true)", "variable"],
    ["event.data.a.exists(i)", "exists"],
    ["event.data.a.map(i, true, i, i)", "map"],
    ["b'abc' == event.data.a", "bytes are not supported"],
    ["__proto__", "Reserved identifier"],
    ["cel.bind(x, 1, x)", "no"],
  ];
  test.each(rows)("%s", (source, message) => {
    expect(() => parseExpression(source)).toThrow(ExpressionError);
    expect(() => parseExpression(source)).toThrow(message);
    expect(() => parseExpression(source)).toThrow(expect.objectContaining({ source }));
  });

  test("long, wide and deep expressions are refused, reasonable ones are not", () => {
    const refused = [
      `event.data.a == '${"x".repeat(9_000)}'`,
      "1+".repeat(4_000) + "1",
      "!".repeat(8_000) + "true",
      "-".repeat(8_000) + "1",
      "(".repeat(4_000) + "1" + ")".repeat(4_000),
      "[".repeat(4_000) + "]".repeat(4_000),
      `event${".a".repeat(4_000)}`,
      "true ? 1 : ".repeat(700) + "2",
    ];
    for (const source of refused) expect(() => parseExpression(source)).toThrow(ExpressionError);
    expect(isTrue(parseExpression("true && ".repeat(900) + "true"), {}, moment)).toBe(true);
    expect(isTrue(parseExpression("event.a == 1 || ".repeat(500) + "true"), {}, moment)).toBe(true);
  });

  test("the same text is parsed once, and the cache forgets", () => {
    const { program } = parseExpression("event.data.cached == 1");
    expect(parseExpression("event.data.cached == 1").program).toBe(program);
    for (let n = 0; n < 5_000; n += 1) parseExpression(`event.n == ${n}`);
    expect(parseExpression("event.data.cached == 1").program).not.toBe(program);
  });
});

describe("expression: hostile data", () => {
  test("only own properties are seen", () => {
    for (const name of ["constructor", "toString", "__proto__", "hasOwnProperty", "length"]) {
      expect(run(`event.data.${name} == null`, {})).toEqual({ is: "value", value: true });
      expect(run(`event.data["${name}"] == null && !has(event.data.${name})`, {})).toEqual({
        is: "value",
        value: true,
      });
      expect(run(`event.data.list["${name}"] == null`, { list: [1] })).toEqual({ is: "value", value: true });
      expect(run(`"${name}" in {"a": 1} || "${name}" in event.data`, {})).toEqual({
        is: "value",
        value: false,
      });
    }
    const own: Json = JSON.parse('{"__proto__": {"admin": true}}');
    expect(run("event.data.admin == null && event.data.__proto__.admin", own)).toEqual({
      is: "value",
      value: true,
    });
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  const many = Array.from({ length: 20_000 }, (_, at) => at);
  const long = "ab".repeat(500_000);
  const slow: readonly (readonly [string, Json])[] = [
    ["event.data.all(a, event.data.all(b, event.data.all(c, a != -1 - b)))", many],
    ["event.data.map(a, event.data + event.data).size() > 0", many],
    ["event.data.all(a, !(-1 in event.data))", many],
    ["event.data.all(a, event.data == event.data)", many],
    ["event.data.m.all(a, event.data.s + 'x' != event.data.s + 'y')", { m: many, s: long }],
    ["event.data.m.all(a, !event.data.s.contains('c'))", { m: many, s: long }],
    ["event.data.m.all(a, '' + event.data.m != '')", { m: many }],
    ["event.data.m.all(a, event.data.o.size() > 0)", { m: many, o: Object.fromEntries(many.entries()) }],
    ["event.data.m.all(a, !'x'.matches('y' + string(a) + '.{900}'))", { m: many }],
    ["event.data.s.matches('[ac].{300}[bc].{300}[^abc]')", { s: long }],
    ["event.data.s.matches('(a|b)*a(a|b){20}[xyz]')", { s: long }],
    ["event.data.m.all(a, json_parse(event.data.j).a != 1)", { m: many, j: `{"b":[${many}]}` }],
  ];
  test.each(slow)("%s ends with an error", (source, data) => {
    const expression = parseExpression(source);
    const outcome = evaluate(expression, { event: { data } }, moment);
    expect(outcome).toEqual({ is: "error", why: "the expression takes too many steps" });
    expect(isTrue(parseExpression(`${source} || true`), { event: { data } }, moment)).toBe(false);
  });

  test("an event of ordinary size stays within the budget", () => {
    const items = many.map((id) => ({ id, tags: ["a", "b"] }));
    expect(run("event.data.exists(i, i.id == 19999 && 'b' in i.tags)", items)).toEqual({
      is: "value",
      value: true,
    });
    expect(run("event.data.matches('b{3}|c$')", long.slice(0, 100_000))).toEqual({
      is: "value",
      value: false,
    });
  });

  test("deep data and growing text are errors", () => {
    let deep: Json = 1;
    for (let level = 0; level < 50_000; level += 1) deep = [deep];
    expect(run("event.data.a == event.data.b", { a: deep, b: deep })).toMatchObject({ is: "error" });
    const doubled = ["event.data", ...Array.from({ length: 5 }, () => "event.data")].join(" + ");
    expect(run(doubled, long)).toEqual({ is: "error", why: "the text grows too long" });
  });

  test("a pattern cannot backtrack", () => {
    expect(run("event.data.matches('^(a+)+$')", `${"a".repeat(50_000)}b`)).toEqual({
      is: "value",
      value: false,
    });
  });
});

describe("expression: the restrictive policy (4.4)", () => {
  const allowed = [
    "event.data.id == async.data.id",
    "async.data.n >= -1 && (event.data.a || !(async.data.b in ['x', 'y']))",
    "async.data.list[0] == event.data['k'] ? true : false",
    "int(async.data.n) == uint(event.data.n) || double('1.5') < async.data.n",
  ];
  test.each(allowed)("%s passes", (source) => {
    expect(checkRestrictive(parseExpression(source))).toEqual([]);
  });
  const refused: readonly (readonly [string, readonly string[]])[] = [
    ["async.data.a.exists(i, i == 1)", ["exists()"]],
    ["has(async.data.a)", ["has()"]],
    ["has(async.data.a[async.data.i].c)", ["has()"]],
    ["async.data.a.matches('x') || matches(async.data.b, 'y')", ["matches()"]],
    ["async.data.n + 1 == 2 && async.data.n * 2 == -async.data.m", ["+", "*", "-"]],
    ["lowercase(async.data.a) == 'x' && size(async.data.b) > 0", ["lowercase()", "size()"]],
    ["date(async.data.at) < now()", ["date()", "now()"]],
  ];
  test.each(refused)("%s", (source, offences) => {
    expect(checkRestrictive(parseExpression(source))).toEqual(offences);
  });
});
