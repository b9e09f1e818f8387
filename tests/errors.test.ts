/** docs/errors.md and the table in packages/core/errors.ts say the same, code by code (style.md §6). */
import { readFileSync } from "node:fs";
import { type ErrorEntry, errors, StepwellError } from "@stepwell/core";
import { describe, expect, test } from "vitest";

const page = readFileSync(new URL("../docs/errors.md", import.meta.url), "utf8");
/** The text of each section by its heading, which is its anchor. */
const sections = new Map(
  page
    .split(/^### /m)
    .slice(1)
    .map((section): [string, string] => {
      const end = section.indexOf("\n");
      // A new chapter ends the section before it.
      return [section.slice(0, end), section.slice(end).split(/^## /m)[0] ?? ""];
    }),
);
const entries: [string, ErrorEntry][] = Object.entries(errors);

describe("docs/errors.md", () => {
  test("has one section for each code, and none for anything else", () => {
    const headings = [...page.matchAll(/^### (.*)$/gm)].map((heading) => heading[1]);
    expect(headings.toSorted()).toEqual(entries.map(([code]) => code).toSorted());
  });

  test.each(entries)("%s: status, cause and cure are those of the table", (code, { status, cause, cure }) => {
    const section = sections.get(code) ?? "";
    expect(/^Status (\d+) /m.exec(section)?.[1]).toBe(String(status));
    expect(section).toContain(`**What happened.** ${cause}\n`);
    expect(section).toContain(`**What to do.** ${cure}\n`);
  });

  test.each(entries)("%s: the page says more than the table", (code, { cause, cure }) => {
    const said = (sections.get(code) ?? "").replace(cause, "").replace(cure, "");
    expect(said.length).toBeGreaterThan(150);
  });

  test("links inside the page lead to a section", () => {
    for (const [, anchor] of page.matchAll(/\]\(#([^)]*)\)/g)) expect(sections.has(anchor ?? "")).toBe(true);
  });
});

describe("the table of errors", () => {
  test.each(entries)(
    "%s is a snake_case code, an HTTP error, and two sentences",
    (code, { status, cause, cure }) => {
      expect(code).toMatch(/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/);
      expect(status >= 400 && status < 600).toBe(true);
      for (const sentence of [cause, cure]) expect(sentence).toMatch(/^[A-Z].*\.$/);
    },
  );

  test("an error takes its words and status from it", () => {
    const plain = new StepwellError("not_found");
    expect(plain).toMatchObject({ code: "not_found", status: 404, name: "StepwellError" });
    expect(plain.message).toBe(`${errors.not_found.cause} ${errors.not_found.cure}`);
    expect(new StepwellError("not_found", "No such run.").message).toBe("No such run.");
  });
});
