#!/usr/bin/env node
// The first file that runs, on whatever Node there is: plain JavaScript that Node 12 still parses.
// It finds a Node that is new enough, then runs the TypeScript source (in the clone) or dist (when
// packed). On a new Node the process replaces itself, so that pid, signals and exit code are its own;
// an old Node stays as a thin parent, and the child stops when that parent is gone (cli/signals.ts).
import { spawn, spawnSync } from "child_process";
import { existsSync, realpathSync } from "fs";
import { dirname, join } from "path";
import { fileURLToPath, pathToFileURL } from "url";

const NEEDED = [24, 15];
const SOURCE = "--conditions=stepwell-source";

const file = realpathSync(fileURLToPath(import.meta.url));
const bin = dirname(file);
const inClone = existsSync(join(bin, "..", "index.ts"));
const main = inClone ? join(bin, "..", "cli", "main.ts") : join(bin, "..", "dist", "cli", "main.js");
const flags = inClone && !process.execArgv.includes(SOURCE) ? [SOURCE] : [];
const args = process.argv.slice(2);

function isNewEnough(version) {
  const parts = version.replace(/^v/, "").split(".").map(Number);
  return parts[0] > NEEDED[0] || (parts[0] === NEEDED[0] && parts[1] >= NEEDED[1]);
}

/** A newer Node that an install left in a node_modules of this package or of the working directory. */
function findNode() {
  const places = [
    join("node-" + process.platform + "-" + process.arch, "bin", "node"),
    join(".bin", process.platform === "win32" ? "node.exe" : "node"),
  ];
  for (const start of [bin, process.cwd()]) {
    for (let dir = start; ; dir = dirname(dir)) {
      for (const place of places) {
        const file = join(dir, "node_modules", place);
        if (!existsSync(file)) continue;
        const asked = spawnSync(file, ["--version"], { encoding: "utf8" });
        if (asked.status === 0 && isNewEnough(asked.stdout.trim())) return file;
      }
      if (dir === dirname(dir)) break;
    }
  }
  return null;
}

function replaceOrSpawn(node) {
  const command = [...process.execArgv, ...flags, file, ...args];
  if (typeof process.execve === "function" && process.platform !== "win32") {
    process.execve(node, [node, ...command], process.env);
  }
  const child = spawn(node, command, {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    env: { ...process.env, STEPWELL_WRAPPED: "1" },
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => {
    console.error("stepwell: " + node + " cannot be started: " + error.message);
    process.exit(78);
  });
  child.on("exit", (code, signal) => {
    if (signal === null) process.exit(code === null ? 1 : code);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

function refuse() {
  const version = NEEDED.join(".");
  console.error(
    "stepwell needs Node " +
      version +
      " or newer; this is " +
      process.version +
      ", and no newer one is in node_modules.\n" +
      "Install one (https://nodejs.org), or put one beside your app:\n" +
      "  npm install --save-dev node-" +
      process.platform +
      "-" +
      process.arch +
      "@24",
  );
  process.exit(78);
}

if (!isNewEnough(process.version)) {
  const node = findNode();
  if (node !== null) replaceOrSpawn(node);
  else refuse();
} else if (flags.length > 0) {
  replaceOrSpawn(process.execPath);
} else {
  import(pathToFileURL(main).href).then((cli) => cli.run(args));
}
