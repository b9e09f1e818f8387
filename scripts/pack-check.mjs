/**
 * `npm run pack:check`: are the packages good for somebody who has only npm? Packs them, installs the
 * tarballs into an empty folder, runs `npx stepwell dev` there and one function to its end, imports
 * every public subpath from plain Node, and from a Next app. `--keep FOLDER` keeps the tarballs.
 * Ends with a line "N passed, M failed".
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { build, pack, publishedPackages } from "./pack.mjs";
import {
  ask,
  freePort,
  green,
  killAll,
  newNode,
  red,
  root,
  run,
  say,
  secondsSince,
  start,
  stop,
  until,
} from "./processes.mjs";

const work = realpathSync(mkdtempSync(join(tmpdir(), "stepwell-pack-")));
const tarballFolder = join(work, "tarballs");
const user = join(work, "user");
const counts = { passed: 0, failed: 0 };

/** One check; what it returns, or undefined when it failed. */
async function check(name, body) {
  const at = Date.now();
  try {
    const result = (await body()) ?? true;
    counts.passed += 1;
    say(`${green("ok")}      ${name} (${secondsSince(at)})`);
    return result;
  } catch (error) {
    counts.failed += 1;
    say(`${red("FAILED")}  ${name} (${secondsSince(at)})\n${error instanceof Error ? error.message : error}`);
    return undefined;
  }
}

async function main() {
  const node = newNode();
  mkdirSync(tarballFolder, { recursive: true });
  if (!(await check("build with tsc -b", () => build(node)))) return;

  const packed = [];
  for (const entry of publishedPackages()) {
    const [, manifest] = entry;
    const result = await check(`pack ${manifest.name}`, () => packOne(entry));
    if (result) packed.push({ ...result, manifest });
  }
  if (counts.failed > 0) return;

  if (!(await check("install the tarballs into an empty folder", () => install(packed)))) return;
  const userNode = newNode(user);
  await oldNodeCheck();
  for (const { manifest } of packed)
    for (const path of doorsOf(manifest))
      await check(`import ${manifest.name}${path.slice(1)} from Node`, () =>
        run(userNode, ["--input-type=module", "-e", `await import("${manifest.name}${path.slice(1)}")`], {
          cwd: user,
        }),
      );
  await check("a test that imports stepwell/test/vitest runs in Vitest", () => vitestRuns(userNode));
  await check("types resolve for a user of TypeScript", () => typeCheck(node, packed));
  await runOneFunction(userNode);
  await nextApp(userNode, packed);
}

/** What plain Node may import. Matchers of a test runner exist only inside of it. */
function doorsOf(manifest) {
  return Object.keys(manifest.exports ?? {}).filter(
    (path) => path !== "./package.json" && !path.endsWith("/vitest"),
  );
}

const testSource = `
import "stepwell/test/vitest";
import { Inngest } from "inngest";
import { createWorld } from "stepwell/test";
import { expect, test } from "vitest";

const client = new Inngest({ id: "packed" });
const double = client.createFunction(
  { id: "double", triggers: [{ event: "pack/number" }] },
  async ({ event, step }) => {
    await step.sleep("a-month", "30d");
    return step.run("twice", () => event.data.n * 2);
  },
);
test("a month goes by", async () => {
  await using world = await createWorld({ client, functions: [double] });
  await world.send({ name: "pack/number", data: { n: 21 } });
  await world.advance("30d");
  expect(world.run()).toHaveRunStep("twice");
  expect(world.run()).toHaveEnded("completed");
});
`;

async function vitestRuns(userNode) {
  writeFileSync(join(user, "packed.test.mjs"), testSource);
  const vitest = join(user, "node_modules", "vitest", "vitest.mjs");
  const shown = await run(userNode, [vitest, "run", "packed.test.mjs"], { cwd: user });
  if (!/1 passed/.test(shown)) throw new Error(shown);
}

async function packOne(entry) {
  const result = await pack(entry, join(work, "staging"), tarballFolder);
  const bytes = readFileSync(result.tarball);
  const { messages, pkg } = await publint({
    strict: true,
    level: "warning",
    pack: { tarball: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) },
  });
  if (messages.length > 0)
    throw new Error(messages.map((message) => formatMessage(message, pkg) ?? message.code).join("\n"));
  return result;
}

async function install(packed) {
  mkdirSync(user);
  const example = JSON.parse(
    readFileSync(join(root, "examples", "saas", "package.json"), "utf8"),
  ).dependencies;
  const own = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const dependencies = {
    ...Object.fromEntries(packed.map(({ manifest, tarball }) => [manifest.name, `file:${tarball}`])),
    ...Object.fromEntries(["inngest", "next", "react", "react-dom"].map((name) => [name, example[name]])),
    vitest: own.devDependencies.vitest,
  };
  writeFileSync(
    join(user, "package.json"),
    JSON.stringify(
      { private: true, type: "module", dependencies, optionalDependencies: own.optionalDependencies },
      null,
      2,
    ),
  );
  await run("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline"], { cwd: user });
}

/** Where an old Node is first on the PATH, `stepwell` still runs, on the newer one in node_modules. */
async function oldNodeCheck() {
  const folders = (process.env.PATH ?? "")
    .split(delimiter)
    .filter((folder) => !folder.includes("node_modules"));
  for (const folder of folders) {
    const old = join(folder, process.platform === "win32" ? "node.exe" : "node");
    const { status, stdout } = spawnSync(old, ["--version"], { encoding: "utf8" });
    if (status !== 0 || Number(/^v(\d+)/.exec(stdout)?.[1]) >= 24) continue;
    await check(`the bin started by Node ${stdout.trim()} goes on with the newer one`, () =>
      run(old, [join(user, "node_modules", "stepwell", "bin", "stepwell.mjs"), "--version"], { cwd: user }),
    );
    return;
  }
}

async function typeCheck(node, packed) {
  const paths = packed.flatMap(({ manifest }) =>
    Object.keys(manifest.exports ?? {})
      .filter((path) => path !== "./package.json")
      .map((path) => `${manifest.name}${path.slice(1)}`),
  );
  const lines = paths.map((path, index) => `export * as n${index} from "${path}";`);
  writeFileSync(join(user, "user.ts"), `${lines.join("\n")}\n`);
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  const types = join(root, "node_modules", "@types");
  const flags =
    "--noEmit --strict --skipLibCheck --module nodenext --target es2024 --types node --ignoreConfig";
  await run(node, [tsc, ...flags.split(" "), "--typeRoots", types, "user.ts"], { cwd: user });
  // Next takes a folder with TypeScript in it for a TypeScript project and installs more.
  rmSync(join(user, "user.ts"));
}

const appSource = `
import { createServer } from "node:http";
import { Inngest } from "inngest";
import { serve } from "inngest/node";

const inngest = new Inngest({ id: "packed" });
const double = inngest.createFunction(
  { id: "double", triggers: [{ event: "pack/number" }] },
  async ({ event, step }) => {
    const twice = await step.run("twice", () => event.data.n * 2);
    await step.sleep("a-moment", "1s");
    return step.run("tell", () => ({ twice }));
  },
);
const handler = serve({ client: inngest, functions: [double] });
createServer(handler).listen(Number(process.env.PORT), "127.0.0.1", () => console.log("listening"));
`;

async function runOneFunction(userNode) {
  const appPort = await freePort(4700);
  const serverPort = await freePort(appPort + 1);
  const url = `http://127.0.0.1:${serverPort}`;
  const appUrl = `http://127.0.0.1:${appPort}/api/inngest`;
  writeFileSync(join(user, "app.mjs"), appSource);
  const output = [];
  const onLine = (line) => output.push(line);
  const app = start(userNode, ["app.mjs"], {
    cwd: user,
    env: { ...process.env, PORT: String(appPort), INNGEST_DEV: url },
    onLine,
  });
  const server = start(
    "npx",
    ["--no-install", "stepwell", "dev", "--port", String(serverPort), "--sdk-url", appUrl],
    {
      cwd: user,
      onLine,
    },
  );
  try {
    await check("npx stepwell dev starts and one function runs to its end", async () => {
      try {
        await until("the server", 30_000, async () => (await ask(`${url}/health`)).ok);
        await until("the app to be synced", 20_000, async () => (await ask(appUrl, { method: "PUT" })).ok);
        const sent = await ask(`${url}/e/any`, {
          method: "POST",
          body: JSON.stringify({ name: "pack/number", data: { n: 21 } }),
        });
        const { ids } = await sent.json();
        const ended = await until("the run to end", 30_000, async () => {
          const { data } = await (await ask(`${url}/v1/events/${ids[0]}/runs`)).json();
          return data.find((one) => !["Queued", "Running"].includes(one.status));
        });
        if (ended.status !== "Completed" || JSON.stringify(ended.output) !== '{"twice":42}')
          throw new Error(`the run: ${JSON.stringify(ended)}`);
      } catch (error) {
        throw new Error(`${error.message}\n${output.slice(-30).join("\n")}`);
      }
    });
    await check("npx stepwell runs shows it", async () => {
      const shown = await run("npx", ["--no-install", "stepwell", "runs", "--url", url], { cwd: user });
      if (!/double/.test(shown)) throw new Error(shown);
    });
    await check("it serves the dashboard and its files", async () => {
      const page = await (await ask(`${url}/`)).text();
      const script = /<script[^>]+src="([^"]+)"/.exec(page)?.[1];
      const file = await ask(`${url}${script}`);
      if (!file.ok || !/javascript/.test(file.headers.get("content-type") ?? ""))
        throw new Error(`${script} answered ${file.status}\n${page.slice(0, 500)}`);
    });
    await check("npx stepwell dev ends on SIGTERM", async () => {
      await stop(server, 15_000);
      const end = await server.ended;
      if (end.signal === "SIGKILL") throw new Error("it had to be killed");
    });
  } finally {
    await stop(server);
    await stop(app);
  }
}

async function nextApp(userNode, packed) {
  const { manifest } = packed.find((one) => one.manifest.name === "stepwell");
  const paths = doorsOf(manifest).map((path) => `stepwell${path.slice(1)}`);
  mkdirSync(join(user, "app", "doors"), { recursive: true });
  writeFileSync(
    join(user, "app", "doors", "route.js"),
    `${paths.map((path, index) => `import * as n${index} from "${path}";`).join("\n")}
export const dynamic = "force-dynamic";
export const GET = () => Response.json({ doors: [${paths.map((_, index) => `Object.keys(n${index})`).join(", ")}] });
`,
  );
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: "1", NODE_ENV: "production" };
  const next = join(user, "node_modules", "next", "dist", "bin", "next");
  const built = await check("next build of a route that imports every door of stepwell", () =>
    run(userNode, [next, "build"], { cwd: user, env }),
  );
  if (!built) return;
  const port = await freePort(4800);
  const output = [];
  const app = start(userNode, [next, "start", "-H", "127.0.0.1", "-p", String(port)], {
    cwd: user,
    env,
    onLine: (line) => output.push(line),
  });
  await check("the Next route answers", async () => {
    let last = "";
    await until("the route", 30_000, async () => {
      const answer = await ask(`http://127.0.0.1:${port}/doors`);
      last = await answer.text();
      return answer.ok && JSON.parse(last).doors.length === paths.length;
    }).catch((error) => {
      throw new Error(`${error.message}\n${last.slice(0, 500)}\n${output.slice(-20).join("\n")}`);
    });
  });
  await stop(app);
}

function keepTarballs() {
  const at = process.argv.indexOf("--keep");
  const folder = process.argv[at + 1];
  if (at > 0 && folder !== undefined) cpSync(tarballFolder, folder, { recursive: true });
}

function finish() {
  killAll();
  keepTarballs();
  rmSync(work, { recursive: true, force: true });
  process.stdout.write(`${counts.passed} passed, ${counts.failed} failed\n`);
  process.exit(counts.failed === 0 ? 0 : 1);
}

for (const name of ["SIGINT", "SIGTERM", "SIGHUP"])
  process.on(name, () => {
    counts.failed += 1;
    finish();
  });
try {
  await main();
} catch (error) {
  counts.failed += 1;
  say(red(error instanceof Error ? (error.stack ?? error.message) : String(error)));
}
finish();
