/**
 * docs/guides/flow-control.md is what the engine does: each picture, and each answer of `stepwell why`, is
 * recorded again; its examples are the functions that are recorded. Anew after a change:
 * node --conditions=stepwell-source docs/guides/flow-control/draw.ts
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseFilter, roles, scopes } from "@stepwell/api/dashboard";
import { describe, expect, test } from "vitest";
import * as examples from "../docs/guides/flow-control/examples.ts";
import { draw } from "../docs/guides/flow-control/picture.ts";
import { record } from "../docs/guides/flow-control/record.ts";
import { type Scene, scenes } from "../docs/guides/flow-control/scenes.ts";

const guides = join(import.meta.dirname, "../docs/guides");
const folder = join(guides, "flow-control");
const page = readFileSync(join(guides, "flow-control.md"), "utf8");
const fileOf = (name: string) => readFileSync(join(folder, name), "utf8");
const blocks = [...page.matchAll(/^```(\w+) ?(\S*)\n([\s\S]*?)^```$/gm)].map(([, kind, name, text]) => ({
  kind,
  name,
  text: (text ?? "").trim(),
}));

describe("the guide to flow control", () => {
  test.each(scenes.map((scene): [string, Scene] => [scene.name, scene]))(
    "%s: picture and answer are what a recording gives",
    async (name, scene) => {
      const recording = await record(scene);
      expect(fileOf(`${name}.svg`)).toBe(draw(scene, recording));
      const told = blocks.filter((block) => block.kind === "text" && block.name === name);
      expect(told.map(({ text }) => text)).toEqual(scene.question === undefined ? [] : [recording.answer]);
    },
  );

  test("each scene is shown once, with words for those who do not see it, and nothing else is", () => {
    const shown = [...page.matchAll(/!\[(.+)\]\(flow-control\/(\S+)\.svg\)/g)];
    const names = scenes.map(({ name }) => name);
    expect(shown.map(([, , name]) => name).toSorted()).toEqual(names.toSorted());
    const files = readdirSync(folder).filter((name) => name.endsWith(".svg"));
    expect(files).toEqual(names.map((name) => `${name}.svg`).toSorted());
    for (const block of blocks.filter(({ kind }) => kind === "text")) expect(names).toContain(block.name);
  });

  test("its examples are the functions that are recorded, all of them", () => {
    const source = fileOf("examples.ts");
    const shown = blocks.filter(({ kind }) => kind === "ts").map(({ text }) => text);
    for (const text of shown) expect(source).toContain(text);
    const played = new Set(scenes.flatMap(({ functions }) => functions));
    for (const [name, fn] of Object.entries(examples)) {
      expect(shown.join("\n"), name).toContain(`export const ${name} = `);
      expect(played.has(fn), name).toBe(true);
    }
  });

  test("the pictures have a title and a description, and no text leaves them", () => {
    for (const { name, title } of scenes) {
      const svg = fileOf(`${name}.svg`);
      expect(svg).toContain(`<title id="t">${title}</title>`);
      expect(svg).toMatch(/<desc id="d">[^<]{40,}<\/desc>/);
      for (const [, x, anchor, text] of svg.matchAll(
        /<text [^>]*x="([\d.]+)"[^>]*?( text-anchor="\w+")?>([^<]*)/g,
      )) {
        const width = (text ?? "").length * 7.5;
        const share = anchor === undefined ? 0 : anchor.includes("middle") ? 0.5 : 1;
        expect(Number(x) - width * share, `${name}: ${text}`).toBeGreaterThan(0);
        expect(Number(x) + width * (1 - share), `${name}: ${text}`).toBeLessThan(800);
      }
    }
  });

  test("links inside the page lead to a heading", () => {
    const anchors = [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
      (heading ?? "")
        .toLowerCase()
        .replace(/[^a-z0-9 -]/g, "")
        .replaceAll(" ", "-"),
    );
    for (const [, anchor] of page.matchAll(/\]\(#([^)]*)\)/g)) expect(anchors).toContain(anchor);
  });
});

describe("the guide to the example app", () => {
  const guide = readFileSync(join(guides, "example.md"), "utf8");
  const app = join(import.meta.dirname, "../examples/saas");
  const shown = [...guide.matchAll(/^```ts (\S+)\n([\s\S]*?)^```$/gm)].map(
    ([, file = "", text = ""]) => [file, text] as const,
  );

  test.each(shown)("shows %s as it is", (file, text) => {
    expect(text.trim()).not.toBe("");
    // The page begins at the margin what stands deeper in the app.
    const linesOf = (code: string) => code.replace(/^ +/gm, "");
    expect(linesOf(readFileSync(join(app, file), "utf8"))).toContain(linesOf(text));
  });

  test("names files that are there", () => {
    const named = [...guide.matchAll(/`((?:lib|jobs|services|app|db|browser|emails|documents)\/[^`\s]*)`/g)];
    expect(named.length).toBeGreaterThan(15);
    for (const [, path = ""] of named) expect(existsSync(join(app, path)), path).toBe(true);
  });
});

describe("the guide to the dashboard", () => {
  const text = readFileSync(join(guides, "dashboard.md"), "utf8");
  const section = (title: string) => text.split(`## ${title}`)[1]?.split("\n## ")[0] ?? "";

  test("its filters are ones that the server takes", () => {
    const terms = [...section("Find a run").matchAll(/^\| (`[^|]*?) *\|/gm)].flatMap((row) =>
      [...(row[1] ?? "").matchAll(/`([^`]+)`/g)].map((code) => code[1] ?? ""),
    );
    expect(terms.length).toBeGreaterThan(10);
    for (const term of [
      ...terms,
      ...[...section("Find a run").matchAll(/^```\n(.*)\n```/gm)].map((m) => m[1] ?? ""),
    ])
      expect([term, parseFilter(term, "runs").errors]).toEqual([term, []]);
  });

  test("it names every role, every scope and every flag for an identity provider that it shows", () => {
    for (const role of roles) expect(section("Sign in")).toContain(`**${role}**`);
    for (const scope of scopes) expect(section("API keys, and the API")).toContain(`\`${scope}\``);
    const cli = readFileSync(join(guides, "../reference/cli.md"), "utf8");
    for (const [flag] of text.matchAll(/(?<!-)--[a-z][a-z-]+/g)) expect(cli).toContain(flag);
  });

  test("every picture that the command writes for it is shown, in both themes", () => {
    const shown = new Set([...text.matchAll(/images\/dashboard\/([\w-]+\.png)/g)].map(([, name]) => name));
    expect([...shown].toSorted()).toEqual(readdirSync(join(guides, "../images/dashboard")).toSorted());
  });
});
