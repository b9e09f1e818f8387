/**
 * `npm start`: the example app (production build, reused while its sources do not change) and the
 * Stepwell server, together, with the data of the last time. The app starts first, so that a call
 * which is due at once finds it. Ends on Ctrl-C, on SIGTERM, and when one of the two ends.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildExample, example, isExampleBuilt, nextScript } from "./build-example.mjs";
import {
  ask,
  bold,
  dim,
  freePort,
  green,
  howEnded,
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

const dataFolder = join(root, ".stepwell");
/** Where `npm run demo` finds both addresses. */
const demoFile = join(dataFolder, "demo.json");
const began = Date.now();

const state = { app: undefined, server: undefined, stopping: false };

async function main() {
  if (!existsSync(join(root, "node_modules")))
    throw new Error("Nothing is installed yet: run `npm ci` first.");
  const node = newNode();
  await refuseSecondStart();
  await build(node);

  const appPort = await chosenPort("The app's", Number(process.env.PORT) || 3000);
  const serverPort = await chosenPort("Stepwell's", Number(process.env.STEPWELL_PORT) || 8288);
  const appUrl = `http://127.0.0.1:${appPort}`;
  const serverUrl = `http://127.0.0.1:${serverPort}`;

  await startApp(node, { appUrl, appPort, serverUrl });
  await startServer(node, { appUrl, serverPort, serverUrl });
  await sync(appUrl);

  mkdirSync(dataFolder, { recursive: true });
  writeFileSync(demoFile, `${JSON.stringify({ appUrl, serverUrl }, null, 2)}\n`);
  say(green(bold(`Ready after ${secondsSince(began)}.`)));
  process.stdout.write(`
  App        ${appUrl}
  Mailbox    ${appUrl}/dev/mailbox
  Dashboard  ${serverUrl}  ${dim("data in .stepwell/, kept until you delete it")}

  Next, in a second terminal:  ${bold("npm run demo")}
  Ctrl-C stops both.

`);
}

/** Two servers cannot share one data folder; say so before anything is built over a running app. */
async function refuseSecondStart() {
  if (!existsSync(demoFile)) return;
  try {
    const { serverUrl } = JSON.parse(readFileSync(demoFile, "utf8"));
    const answer = await ask(`${serverUrl}/health`);
    if (answer.status < 500) throw new Refused(`Already running: ${serverUrl}. Stop that one first.`);
  } catch (error) {
    if (error instanceof Refused) throw error;
  }
  rmSync(demoFile, { force: true });
}
class Refused extends Error {}

async function chosenPort(whose, wanted) {
  const port = await freePort(wanted);
  if (port !== wanted) say(`${whose} port ${wanted} is taken; using ${port}.`);
  return port;
}

async function build(node) {
  // Seconds when the pages changed, nothing otherwise.
  await run(node, [join(root, "packages", "dashboard", "build.mjs")], { cwd: root });
  if (isExampleBuilt()) {
    say("The example is built already.");
    return;
  }
  say("Building the example (only when it changed; about a minute) …");
  const at = Date.now();
  await buildExample(node, { onLine: show("build") });
  say(`Built in ${secondsSince(at)}.`);
}

async function startApp(node, { appUrl, appPort, serverUrl }) {
  say("Starting the app …");
  const { INNGEST_API_BASE_URL, INNGEST_EVENT_API_BASE_URL, ...env } = process.env;
  state.app = start(node, [nextScript(), "start", "-H", "127.0.0.1", "-p", String(appPort)], {
    cwd: example,
    env: {
      ...env,
      NODE_ENV: "production",
      NEXT_TELEMETRY_DISABLED: "1",
      PORT: String(appPort),
      INNGEST_DEV: serverUrl,
      INNGEST_BASE_URL: serverUrl,
    },
    onLine: show("app"),
  });
  void watch(state.app, "The app");
  await until("the app to answer", 60_000, async () => {
    const answer = await ask(`${appUrl}/api/inngest`);
    return answer.headers.has("x-inngest-sdk");
  });
}

async function startServer(node, { appUrl, serverPort, serverUrl }) {
  say("Starting Stepwell …");
  const bin = join(root, "packages", "stepwell", "bin", "stepwell.mjs");
  let ready = false;
  state.server = start(
    node,
    [bin, "dev", "--port", String(serverPort), "--sdk-url", `${appUrl}/api/inngest`],
    {
      cwd: root,
      onLine(line) {
        const entry = logEntry(line);
        if (entry?.event !== "server.ready") return showServer(line, entry);
        if (entry.url && new URL(entry.url).port !== String(serverPort))
          void fail(
            new Error(`Port ${serverPort} was taken meanwhile (Stepwell is at ${entry.url}). Start again.`),
          );
        ready = true;
      },
    },
  );
  void watch(state.server, "The Stepwell server");
  await until("Stepwell to be ready", 30_000, () => ready || state.stopping);
  await until(
    "Stepwell to answer",
    5_000,
    async () => (await ask(`${serverUrl}/health`)).ok || state.stopping,
  );
}

/** The app tells Stepwell its functions. The server asks for the same; asking here makes "ready" a fact. */
async function sync(appUrl) {
  await until("the app to tell Stepwell its functions", 20_000, async () => {
    const answer = await ask(`${appUrl}/api/inngest`, { method: "PUT" });
    if (answer.ok || state.stopping) return true;
    throw new Error(`${answer.status} ${await answer.text()}`);
  });
}

function logEntry(line) {
  try {
    const entry = JSON.parse(line);
    return typeof entry === "object" ? entry : undefined;
  } catch {
    return undefined;
  }
}

function showServer(line, entry) {
  if (entry === undefined) return show("stepwell")(line);
  const about = entry.function ? ` (${entry.function})` : "";
  show("stepwell")(`${entry.message ?? entry.msg ?? entry.event ?? line}${about}`);
}

function show(who) {
  return (line) => line.trim() && process.stdout.write(`${dim(`${who.padStart(8)} │`)} ${line}\n`);
}

/** When one of the two ends by itself, so does everything. */
async function watch(entry, name) {
  const end = await entry.ended;
  if (state.stopping) return;
  const cure =
    end.signal === "SIGKILL" ? " Nothing that was acknowledged is lost: `npm start` goes on with it." : "";
  await fail(new Error(`${name} ended by itself (${howEnded(end)}).${cure}`));
}

async function fail(error) {
  if (state.stopping) return;
  say(red(error instanceof Error ? error.message : String(error)));
  await shutDown(1);
}

async function shutDown(code) {
  state.stopping = true;
  // The server first: calls in flight can still be answered.
  if (state.server) await stop(state.server);
  if (state.app) await stop(state.app);
  killAll();
  rmSync(demoFile, { force: true });
  process.exit(code);
}

for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(name, () => {
    if (state.stopping) {
      killAll();
      process.exit(1);
    }
    say("Stopping …");
    void shutDown(0);
  });
}

// npm passes SIGTERM to its shell, which dies without passing it on: then our parent is gone.
const parent = process.ppid;
if (process.env.npm_lifecycle_event)
  setInterval(() => {
    if (process.ppid === parent || state.stopping) return;
    say("npm is gone: stopping …");
    void shutDown(0);
  }, 250).unref();

main().catch(fail);
