import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import {
  findServerFile,
  readServerFile,
  removeServerFile,
  type ServerFile,
  writeServerFile,
} from "./server-file.ts";

let dir: string;
const server: ServerFile = {
  url: "http://127.0.0.1:1",
  port: 1,
  pid: 7,
  startedAt: "2026-11-24T12:00:00.000Z",
  mode: "dev",
};
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "stepwell-file-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

it("is found from a folder below", () => {
  const data = join(dir, ".stepwell");
  mkdirSync(join(dir, "app", "src"), { recursive: true });
  mkdirSync(data);
  writeServerFile(data, server);
  expect(findServerFile(join(dir, "app", "src"))).toEqual(server);
});

it("is removed by its own server only", () => {
  writeServerFile(dir, server);
  removeServerFile(dir, { ...server, pid: 8 });
  expect(readServerFile(dir)).toEqual(server);
  removeServerFile(dir, server);
  expect(readServerFile(dir)).toBeNull();
});

it("counts as absent when it cannot be read", () => {
  writeFileSync(join(dir, "server.json"), "{");
  expect(readServerFile(dir)).toBeNull();
});
