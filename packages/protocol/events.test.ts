import { StepwellError } from "@stepwell/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readEventBody } from "./event-body.ts";
import { acceptEvents } from "./events.ts";
import { readSeed, seededId } from "./ids.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const json = (value: unknown) => bytes(JSON.stringify(value));
const refusalOf = (act: () => unknown): StepwellError => {
  try {
    act();
  } catch (error) {
    if (error instanceof StepwellError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
};

describe("readEventBody", () => {
  const event = { name: "a/b", data: { x: 1 } };
  it.each([
    ["one object", json(event), "application/json", [event]],
    ["a list (W-60)", json([event, event]), "application/json", [event, event]],
    ["an empty list", json([]), "application/json", []],
    ["no content type", json(event), undefined, [event]],
    ["a byte order mark", bytes(`\ufeff${JSON.stringify(event)}`), undefined, [event]],
    [
      "lines",
      bytes(`${JSON.stringify(event)}\n\n${JSON.stringify(event)}\r\n`),
      "application/x-ndjson",
      [event, event],
    ],
    [
      "lines that call themselves text",
      bytes('{"name":"a"}\n{"name":"b"}'),
      "text/plain",
      [{ name: "a" }, { name: "b" }],
    ],
    ["what is no event: the next check's business", json(5), undefined, [5]],
  ])("%s", (_case, body, type, raw) => expect(readEventBody(body, type)).toEqual({ raw }));

  it("T-7: form fields become data, each a list of texts", () => {
    const type = "application/x-www-form-urlencoded; charset=utf-8";
    expect(readEventBody(bytes("a=1&b=x+y&a=2&name=f%2Fx"), type)).toEqual({
      raw: [{ name: "f/x", data: { a: ["1", "2"], b: ["x y"] } }],
    });
    expect(readEventBody(bytes("a=1"), type, { name: "q/x" })).toEqual({
      raw: [{ name: "q/x", data: { a: ["1"] } }],
    });
    expect(readEventBody(bytes("name=f/x"), type, { name: "q/x" }).raw).toEqual([{ name: "f/x", data: {} }]);
    expect(acceptEvents(readEventBody(bytes("a=1"), type).raw, options).refusal?.code).toBe("event_invalid");
  });

  it("T-7: multipart fields as well", () => {
    const type = 'multipart/form-data; boundary="--x"';
    const part = (name: string, value: string) =>
      `----x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
    const body = bytes(`preamble\r\n${part("name", "f/x")}${part("a", "é\r\n2")}${part("a", "")}----x--\r\n`);
    expect(readEventBody(body, type)).toEqual({ raw: [{ name: "f/x", data: { a: ["é\r\n2", ""] } }] });
  });

  it.each([
    ["no boundary", "x", "multipart/form-data"],
    ["another boundary", "--y--", "multipart/form-data; boundary=x"],
    [
      "cut off",
      '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1',
      "multipart/form-data; boundary=x",
    ],
    ["no name", "--x\r\nContent-Type: text/plain\r\n\r\n1\r\n--x--", "multipart/form-data; boundary=x"],
    [
      "a file",
      '--x\r\nContent-Disposition: form-data; name="a"; filename="f"\r\n\r\n1\r\n--x--',
      "multipart/form-data; boundary=x",
    ],
  ])("refuses multipart: %s", (_case, body, type) =>
    expect(refusalOf(() => readEventBody(bytes(body), type)).code).toBe("event_invalid"),
  );

  it.each([
    ["empty", bytes(""), "invalid_json"],
    ["cut", bytes('{"name":"a'), "invalid_json"],
    ["no JSON", bytes("hello"), "invalid_json"],
    ["no UTF-8", new Uint8Array([0x22, 0xff, 0x22]), "invalid_json"],
    ["100,000 levels", bytes("[".repeat(100_000)), "json_too_deep"],
    ["501 levels", bytes(`${"[".repeat(501)}${"]".repeat(501)}`), "json_too_deep"],
    [
      "too deep behind an escaped quote",
      bytes(`{"a\\\\\\"b\\\\":${"[".repeat(500)}1${"]".repeat(500)}}`),
      "json_too_deep",
    ],
  ])("refuses: %s", (_case, body, code) =>
    expect(refusalOf(() => readEventBody(body, "application/json")).code).toBe(code),
  );

  it("takes 500 levels, and brackets inside texts do not count", () => {
    expect(() => readEventBody(bytes(`${"[".repeat(500)}${"]".repeat(500)}`), undefined)).not.toThrow();
    expect(readEventBody(json({ a: '"['.repeat(1000) }), undefined).raw).toHaveLength(1);
  });

  it("never reaches a prototype", () => {
    const body =
      '{"name":"a/b","__proto__":{"polluted":1},"data":{"__proto__":{"polluted":1},"_inngest":1,"x":1}}';
    const { events } = acceptEvents(readEventBody(bytes(body), undefined).raw, options);
    const form = readEventBody(bytes("__proto__=1&name=a"), "application/x-www-form-urlencoded").raw;
    acceptEvents(form, options);
    expect((events[0]?.body.data as Record<string, unknown>).polluted).toBeUndefined();
    expect(Object.getPrototypeOf(events[0]?.body.data)).toBe(Object.prototype);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it("stays fast on bodies made to be slow", () => {
    const started = performance.now();
    const type = "multipart/form-data; boundary=x";
    for (const body of [`}${"\n".repeat(2_000_000)}`, `"${'\\"'.repeat(1_000_000)}`, "{}\n".repeat(500_000)])
      refusalOf(() => readEventBody(bytes(`${body}!`), undefined));
    for (const body of [`--x\n${"a\n".repeat(1_000_000)}\n--x--`, `--x\n${"\r".repeat(1_000_000)}\n--x--`])
      refusalOf(() => readEventBody(bytes(body), type));
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it("throws nothing but refusals, whatever comes", () => {
    const type = fc.constantFrom(
      undefined,
      "application/json",
      "application/x-ndjson",
      "application/x-www-form-urlencoded",
      "multipart/form-data; boundary=x",
      "multipart/form-data",
    );
    const body = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.json().map(bytes),
      fc
        .string({ unit: fc.constantFrom("--x", "\r\n", "{", "}", "[", '"', "\\", "name=a", "; ", "1", "\n") })
        .map(bytes),
    );
    fc.assert(
      fc.property(body, type, (input, contentType) => {
        try {
          const { raw } = readEventBody(input, contentType);
          acceptEvents(raw, options);
        } catch (error) {
          expect(error).toBeInstanceOf(StepwellError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

const now = 1_700_000_000_000;
let drawn = 0;
const options = { now, seed: undefined, newId: () => `01ID${++drawn}` };
const one = (item: unknown) => acceptEvents([item], options);

describe("acceptEvents", () => {
  it("fills in what is absent: id, ts, data", () => {
    const { events, refusal } = acceptEvents([{ name: "a/b" }], { ...options, newId: () => "01A" });
    expect(refusal).toBeNull();
    expect(events).toEqual([{ id: "01A", externalId: "01A", name: "a/b", ts: now, body: { data: {} } }]);
  });
  it("passes id, ts, v, user and meta, and nothing that is unknown", () => {
    const item = {
      name: "a/b",
      data: { x: 1 },
      id: "my-id",
      ts: 1_600_000_000_000,
      v: "1",
      user: { u: 1 },
      meta: { sessions: { chat: "c1" } },
      extra: 1,
    };
    expect(acceptEvents([item], { ...options, newId: () => "01A" }).events).toEqual([
      {
        id: "01A",
        externalId: "my-id",
        name: "a/b",
        ts: 1_600_000_000_000,
        body: { data: { x: 1 }, v: "1", user: { u: 1 }, meta: { sessions: { chat: "c1" } } },
      },
    ]);
  });
  it("takes null, empty id and ts 0 for absent", () => {
    const { events } = one({ name: "a", data: null, id: "", ts: 0, v: null, user: null, meta: null });
    expect(events[0]).toMatchObject({ ts: now, body: { data: {} } });
    expect(Object.keys(events[0]?.body ?? {})).toEqual(["data"]);
  });
  it("T-8: removes data._inngest and changes nothing else", () => {
    const item = { name: "a", data: { _inngest: { fn: 1 }, x: { _inngest: 1 } } };
    expect(one(item).events[0]?.body.data).toEqual({ x: { _inngest: 1 } });
    expect(item.data._inngest).toEqual({ fn: 1 });
  });
  it.each([
    ["T-4: reserved", { name: "inngest/anything" }, "event_name_reserved"],
    ["T-4: reserved, other case", { name: "Inngest/x" }, "event_name_reserved"],
    ["no name", {}, "event_invalid"],
    ["empty name", { name: " " }, "event_invalid"],
    ["a name that is no text", { name: 5 }, "event_invalid"],
    ["a name of 513 characters", { name: "a".repeat(513) }, "event_invalid"],
    ["no object", 5, "event_invalid"],
    ["null", null, "event_invalid"],
    ["a list", [], "event_invalid"],
    ["data that is a list", { name: "a", data: [] }, "event_invalid"],
    ["data that is text", { name: "a", data: "x" }, "event_invalid"],
    ["an id that is a number", { name: "a", id: 5 }, "event_invalid"],
    ["a version that is a number", { name: "a", v: 1 }, "event_invalid"],
    ["a user that is text", { name: "a", user: "x" }, "event_invalid"],
    ["meta that is a list", { name: "a", meta: [] }, "event_invalid"],
    ["ts as text", { name: "a", ts: "2026-01-01" }, "event_invalid"],
    ["ts with a fraction", { name: "a", ts: 1_700_000_000_000.5 }, "event_invalid"],
    ["ts before 1980", { name: "a", ts: Date.UTC(1979, 11, 31) }, "event_invalid"],
    ["ts after 2100", { name: "a", ts: Date.UTC(2101, 0, 1) }, "event_invalid"],
    ["over 3 MiB", { name: "a", data: { x: "é".repeat(1_600_000) } }, "event_too_large"],
  ])("refuses %s", (_case, item, code) => {
    const { events, refusal } = one(item);
    expect(events).toEqual([]);
    expect(refusal).toBeInstanceOf(StepwellError);
    expect(refusal?.code).toBe(code);
  });
  it.each([Date.UTC(1980, 0, 1), Date.UTC(2100, 11, 31)])("takes ts %d", (ts) =>
    expect(one({ name: "a", ts }).events[0]?.ts).toBe(ts),
  );
  it("says when ts looks like seconds", () =>
    expect(one({ name: "a", ts: 1_700_000_000 }).refusal?.message).toContain("multiply by 1000"));
  it("takes 3 MiB exactly", () => {
    const size = 3 * 1024 * 1024 - JSON.stringify({ name: "a", data: { x: "" } }).length;
    expect(one({ name: "a", data: { x: "x".repeat(size) } }).refusal).toBeNull();
    expect(one({ name: "a", data: { x: "x".repeat(size + 1) } }).refusal?.code).toBe("event_too_large");
  });
  it("T-5: accepts what is before the bad one, names it, and looks no further", () => {
    const { events, refusal } = acceptEvents([{ name: "ok" }, { data: {} }, { name: "later" }], options);
    expect(events.map((event) => event.name)).toEqual(["ok"]);
    expect(refusal?.message).toMatch(/^Event 2 of 3: `name` is missing/);
  });
  it("T-6: 5,000 events are taken, 5,001 are refused whole", () => {
    const many = (count: number) => Array.from({ length: count }, () => ({ name: "a" }));
    expect(acceptEvents(many(5000), options).events).toHaveLength(5000);
    expect(acceptEvents(many(5001), options)).toMatchObject({
      events: [],
      refusal: { code: "too_many_events" },
    });
  });
  it("W-61: a seed makes the ids, and the index starts at 1", () => {
    const seed = "1795538983095,C2K+YC650j52WQ==";
    const read = readSeed(seed);
    if (read === null) throw new Error("seed");
    const send = () => acceptEvents([{ name: "a" }, { name: "b", id: "x" }], { ...options, seed }).events;
    expect(send().map((event) => event.id)).toEqual([seededId(read, 1), seededId(read, 2)]);
    expect(send().map((event) => event.externalId)).toEqual([seededId(read, 1), "x"]);
    expect(send()).toEqual(send());
  });
  it("ignores a malformed seed", () =>
    expect(acceptEvents([{ name: "a" }], { now, seed: "1,xx", newId: () => "01A" }).events[0]?.id).toBe(
      "01A",
    ));
});
