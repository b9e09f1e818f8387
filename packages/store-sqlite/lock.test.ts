/** One engine per file: the second is refused, and what a dead one held is free. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, expect, test } from "vitest";
import { type HeldFile, holdFile } from "./lock.ts";
import { openSqliteStore } from "./open-store.ts";

const folder = mkdtempSync(join(tmpdir(), "stepwell-lock-"));
const held: HeldFile[] = [];
const children: ChildProcess[] = [];
let files = 0;
const nextFile = () => join(folder, `${(files += 1)}.db`);
const startedAt = Date.UTC(2026, 10, 24, 8, 30);

afterEach(() => {
  for (const one of held.splice(0)) one.release();
  for (const child of children.splice(0)) child.kill("SIGKILL");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function hold(file: string, pid = 4711): HeldFile {
  const one = holdFile(file, { pid, startedAt, port: 8288 });
  held.push(one);
  return one;
}

/** Another process that holds the file until it is killed. */
async function holdElsewhere(file: string): Promise<ChildProcess> {
  const lock = JSON.stringify(join(import.meta.dirname, "lock.ts"));
  const code = `
    const { holdFile } = await import(${lock});
    holdFile(${JSON.stringify(file)}, { pid: process.pid, startedAt: ${startedAt}, port: 9999 });
    process.stdout.write("held");
    setInterval(() => {}, 1e6);`;
  const child = spawn(process.execPath, ["--conditions=stepwell-source", "--input-type=module", "-e", code], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  await once(child.stdout as NonNullable<typeof child.stdout>, "data");
  return child;
}

test("the second engine is refused at once and told who has the file", () => {
  const file = nextFile();
  hold(file);
  expect(() => hold(file, 2)).toThrow(
    expect.objectContaining({
      name: "StoreError",
      code: "store_locked",
      message: expect.stringMatching(/pid 4711, port 8288, started 2026-11-24T08:30:00\.000Z/),
    }),
  );
});

test("what became known later is told too, and the text is readable for people", () => {
  const file = nextFile();
  hold(file).describe({ url: "http://localhost:8288" });
  expect(() => hold(file, 2)).toThrow(/http:\/\/localhost:8288/);
  expect(JSON.parse(readFileSync(`${file}.holder.json`, "utf8"))).toEqual({
    pid: 4711,
    startedAt,
    port: 8288,
    url: "http://localhost:8288",
  });
});

test("a released file can be held again; releasing twice is once", () => {
  const file = nextFile();
  const first = hold(file);
  first.release();
  expect(existsSync(`${file}.holder.json`)).toBe(false);
  hold(file);
  first.release();
  expect(() => hold(file)).toThrow(/in use/);
});

test("a holder file that is missing or broken only makes the text poorer", () => {
  const file = nextFile();
  hold(file);
  writeFileSync(`${file}.holder.json`, "{");
  expect(() => hold(file, 2)).toThrow(/is in use by another Stepwell\. Stop it/);
});

test("a second store on the file is refused; it can be opened once the first has closed", async () => {
  const file = nextFile();
  const first = await openSqliteStore({ file, durability: "normal" });
  await first.migrate();
  await expect(openSqliteStore({ file, durability: "normal" })).rejects.toMatchObject({
    code: "store_locked",
  });
  expect(await first.read.apps()).toEqual([]);
  await first.close();
  const second = await openSqliteStore({ file, durability: "normal" });
  await second.close();
});

test("another process is refused for, and its file is free once it is killed", async () => {
  const file = nextFile();
  const child = await holdElsewhere(file);
  expect(() => hold(file)).toThrow(new RegExp(`pid ${child.pid}, port 9999`));
  child.kill("SIGKILL");
  await once(child, "exit");
  hold(file);
});

test("a file in a folder that is not there fails with a clear code", async () => {
  const opening = openSqliteStore({ file: join(folder, "none", "x.db"), durability: "full" });
  await expect(opening).rejects.toMatchObject({ name: "StoreError", code: "store_failed" });
});
