import { describe, expect, it } from "vitest";
import { readUpload } from "./read-upload.ts";

const LIMIT = 2_048;
const url = "http://127.0.0.1/";

function formWith(...parts: [name: string, value: string | File][]): FormData {
  const form = new FormData();
  for (const [name, value] of parts) form.append(name, value);
  return form;
}
const file = (bytes: number, name = "notes.txt") => new File(["x".repeat(bytes)], name);
const post = (body: BodyInit, headers: Record<string, string> = {}) =>
  new Request(url, { method: "POST", body, headers });
const read = (form: FormData) => readUpload(post(form), LIMIT);

/** A body without an end, and how much of it was asked for. */
function endless(headers: Record<string, string>) {
  const taken = { chunks: 0, stopped: false };
  const source: UnderlyingDefaultSource<Uint8Array> = {
    pull(controller) {
      taken.chunks++;
      controller.enqueue(new Uint8Array(1_024));
    },
    cancel() {
      taken.stopped = true;
    },
  };
  const body = new ReadableStream(source, { highWaterMark: 0 });
  const request = new Request(url, { method: "POST", body, headers, duplex: "half" } as RequestInit);
  return { request, taken };
}

describe("an uploaded file", () => {
  it("is read with its name, up to the limit", async () => {
    const got = await read(formWith(["note", "hello"], ["file", file(LIMIT, "Übersicht.txt")]));
    expect(got).toMatchObject({ is: "file", fileName: "Übersicht.txt" });
    expect(got.is === "file" && Buffer.from(got.bytes).toString()).toBe("x".repeat(LIMIT));
  });

  it.each([
    ["one byte too many", formWith(["file", file(LIMIT + 1)]), 413, "at most 2 KB"],
    ["no field of that name", formWith(["other", file(1)]), 400, "Choose a file"],
    ["a text instead", formWith(["file", "notes.txt"]), 400, "Choose a file"],
    ["none chosen", formWith(["file", new File([], "")]), 400, "Choose a file"],
    ["an empty file", formWith(["file", new File([], "notes.txt")]), 400, "empty"],
  ])("is refused: %s", async (_what, form, status, error) => {
    expect(await read(form)).toEqual({ is: "refused", status, error: expect.stringContaining(error) });
  });

  it.each([
    ["JSON", JSON.stringify({ file: "x" }), "application/json"],
    ["a form without files", new URLSearchParams({ file: "x" }), "application/x-www-form-urlencoded"],
    ["a form without its boundary", "--b\r\n", "multipart/form-data"],
    ["a form cut short", "--b\r\nContent-Disposition: form-data; na", "multipart/form-data; boundary=b"],
  ])("is refused in another body: %s", async (_what, body, type) => {
    const refused = await readUpload(post(body, { "Content-Type": type }), LIMIT);
    expect(refused).toMatchObject({ is: "refused", status: 400 });
  });
});

describe("a body that is too large", () => {
  const type = { "Content-Type": "multipart/form-data; boundary=b" };

  it("is not read when it says so", async () => {
    const { request, taken } = endless({ ...type, "Content-Length": "1000000" });
    expect(await readUpload(request, LIMIT)).toMatchObject({ status: 413 });
    expect(taken.chunks).toBe(0);
  });

  it("is read no further than the limit when it does not, or lies", async () => {
    for (const headers of [type, { ...type, "Content-Length": "10" }]) {
      const { request, taken } = endless(headers);
      expect(await readUpload(request, LIMIT)).toMatchObject({ status: 413 });
      expect(taken.stopped).toBe(true);
      expect(taken.chunks).toBe((LIMIT + 16_384) / 1_024 + 1);
    }
  });
});
