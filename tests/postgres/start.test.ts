/** `stepwell start --postgres-uri`: what is said when it cannot be, who may have the database, and what is never told. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startStepwell } from "stepwell";
import { afterEach, beforeEach, expect, inject, test } from "vitest";
import {
  connectTo,
  createDatabase,
  type TestDatabase,
} from "../../packages/store-postgres/fixtures/database.ts";
import { ENGINE_LOCK } from "../../packages/store-postgres/locks.ts";
import { type Child, ended, freePort, killAll, ready, stepwell, wordsOf } from "../crash/cli.ts";

const KEYS = ["--event-key", "k", "--signing-key", "signkey-test-00112233445566778899aabbccddeeff"];
const PASSWORD = "s3cret-Pa55/word";
let database: TestDatabase;
let uri: string;
let dir: string;

beforeEach(async () => {
  database = await createDatabase(inject("postgresUri"));
  dir = await mkdtemp(join(tmpdir(), "stepwell-start-"));
  const name = new URL(database.uri).pathname.slice(1);
  // A user of its own, whose password is one that would be seen.
  await database.query(`create role ${name} login password '${PASSWORD}'`);
  await database.query(`grant create on database ${name} to ${name}`);
  const own = new URL(database.uri);
  own.username = name;
  own.password = encodeURIComponent(PASSWORD);
  uri = own.href;
});
afterEach(async () => {
  await killAll();
  const name = new URL(database.uri).pathname.slice(1);
  await database.query(`drop owned by ${name} cascade`);
  await database.query(`drop role ${name}`);
  await database.remove();
  await rm(dir, { recursive: true, force: true });
});

async function start(args: string[] = [], env: Record<string, string> = { STEPWELL_POSTGRES_URI: uri }) {
  const port = await freePort();
  const child = stepwell(["start", "--port", String(port), ...KEYS, ...args], { cwd: dir, env });
  return { child, port, url: `http://127.0.0.1:${port}` };
}
const refusal = async (args: string[], env?: Record<string, string>) => ended((await start(args, env)).child);
function expectNoPassword(...texts: string[]): void {
  for (const text of texts)
    for (const secret of [PASSWORD, encodeURIComponent(PASSWORD), "s3cret"])
      expect(text).not.toContain(secret);
}

const wrong: [string, () => string, number, RegExp][] = [
  [
    "what is no URI",
    () => "localhost/stepwell?s3cret",
    78,
    /--postgres-uri: must be a URI like postgres:\/\/user:password@host/,
  ],
  [
    "a wrong password",
    () => uri.replace("s3cret", "s3cretly"),
    74,
    /password authentication failed.*not right/,
  ],
  [
    "a port where nobody listens",
    () => Object.assign(new URL(uri), { port: "1" }).href,
    74,
    /ECONNREFUSED.*Is the server running/,
  ],
  [
    "a database that is not there",
    () => Object.assign(new URL(uri), { pathname: "/nowhere" }).href,
    74,
    /"nowhere" does not exist.*Make the database first/,
  ],
];
test.each(wrong)("%s: the error names cause and cure, and not the password", async (_, given, code, says) => {
  const refused = await refusal(["--postgres-uri", given()], {});
  expect(refused.code).toBe(code);
  expect(refused.said).toMatch(says);
  expectNoPassword(refused.said);
});

test("what is for files is refused beside a database, not ignored", async () => {
  const refused = await refusal(["--durability", "normal"]);
  expect(refused).toMatchObject({ code: 78, said: expect.stringMatching(/--durability: it is for SQLite/) });
  expectNoPassword(refused.said);
});

test("a user who may not create the schema is told what to grant", async () => {
  const name = new URL(database.uri).pathname.slice(1);
  await database.query(`revoke create on database ${name} from ${name}`);
  const refused = await refusal([]);
  expect(refused).toMatchObject({
    code: 74,
    said: expect.stringMatching(/permission denied.*grant create on database/),
  });
});

test("the variable, doctor, /health, /dev, server.json and the log: it runs, and nobody tells the password", async () => {
  const { child, url } = await start();
  await ready(child, `${url}/health`);
  const { said } = await ended(
    stepwell(["doctor", "--json", "--mode", "start", ...KEYS], {
      cwd: dir,
      env: { STEPWELL_POSTGRES_URI: uri },
    }),
  );
  const found = JSON.parse(said) as {
    settings: object;
    checks: { name: string; is: string; says: string }[];
  };
  const { host, pathname } = new URL(uri);
  expect(found.settings).toMatchObject({ postgresUri: { value: "(secret)", from: "STEPWELL_POSTGRES_URI" } });
  const check = found.checks.find(({ name }) => name === "database");
  expect(check).toMatchObject({ is: "ok" });
  expect(check?.says).toContain(
    `at ${host}${pathname} answers; it is held by a running server: pid ${child.pid}`,
  );
  expect(check?.says).toContain(url);
  const health = await (await fetch(`${url}/health`)).text();
  child.kill("SIGTERM");
  expect((await ended(child)).code).toBe(0);
  expectNoPassword(said, health, wordsOf(child));

  const lines: string[] = [];
  const dev = await startStepwell({
    mode: "dev",
    port: 0,
    dir,
    postgresUri: uri,
    log: (entry) => void lines.push(JSON.stringify(entry)),
  });
  try {
    expect(dev).toMatchObject({ file: null, database: `${host}${pathname}` });
    const { banner } = await import("../../packages/stepwell/cli/banner.ts");
    const shown = banner(dev, null, 1);
    expect(shown).toContain(`PostgreSQL, ${host}${pathname}`);
    expectNoPassword(shown, await (await fetch(`${dev.url}/dev`)).text(), ...lines);
  } finally {
    await dev.close();
  }
  const free = await ended(stepwell(["doctor"], { cwd: dir, env: { STEPWELL_POSTGRES_URI: uri } }));
  expect(free.said).toMatch(/PostgreSQL \d+.* answers; no server holds it/);
  const broken = await ended(
    stepwell(["doctor"], { cwd: dir, env: { STEPWELL_POSTGRES_URI: uri.replace("s3cret", "s3cretly") } }),
  );
  expect(broken).toMatchObject({ code: 1, said: expect.stringMatching(/password authentication failed/) });
  expectNoPassword(free.said, broken.said);
});

test("a second engine is refused and told who is first; killed, the first leaves the database at once", async () => {
  const first = await start();
  await ready(first.child, `${first.url}/health`);
  const second = await refusal([]);
  expect(second.code).toBe(5);
  expect(second.said).toContain(`in use by another Stepwell (pid ${first.child.pid}, ${first.url}`);
  expectNoPassword(second.said);
  first.child.kill("SIGKILL");
  const third = await start();
  await ready(third.child, `${third.url}/health`);
  await stopped(third.child);
});

test("an engine that has lost its lock writes nothing while another has the database, and goes on after it", async () => {
  const lines: string[] = [];
  const first = await startStepwell({
    mode: "dev",
    port: 0,
    dir,
    postgresUri: uri,
    log: ({ event }) => void lines.push(event),
  });
  const send = async (): Promise<number> => {
    const body = JSON.stringify([{ name: "a", data: {} }]);
    return (
      await fetch(`${first.url}/e/k`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body,
      })
    ).status;
  };
  expect(await send()).toBe(200);
  const other = await connectTo(uri);
  try {
    // Somebody else is quicker: the lock is asked for before the session that holds it is ended.
    const [lock] = await database.query(
      "select classid::bigint::int as a, case when objid::bigint > 2147483647 then (objid::bigint - 4294967296)::int else objid::bigint::int end as b, pid from pg_locks where locktype = 'advisory' and objsubid = 2 and classid::bigint::int = $1 and database = (select oid from pg_database where datname = current_database())",
      // Of all locks the one that holds the schema: commits that are under way have others.
      [ENGINE_LOCK],
    );
    const taken = other.query("select pg_advisory_lock($1, $2)", [lock?.["a"], lock?.["b"]]);
    await database.query("select pg_terminate_backend($1)", [lock?.["pid"]]);
    await taken;
    await soon("a refusal", async () => (await send()) === 503);
    const health = (await (await fetch(`${first.url}/health`)).json()) as {
      data: { status: string; store: string };
    };
    expect(health.data).toMatchObject({ status: "degraded" });
    await soon("a refusal that says who", async () => {
      await send();
      const { data } = (await (await fetch(`${first.url}/health`)).json()) as { data: { store: string } };
      return /in use by another Stepwell/.test(data.store);
    });
  } finally {
    await other.end();
  }
  await soon("it goes on", async () => (await send()) === 200);
  expect(lines).toContain("store.recovered");
  await first.close();
});

async function stopped(child: Child): Promise<void> {
  child.kill("SIGTERM");
  expect((await ended(child)).code).toBe(0);
}

/** Each question is a request, so nothing spins. */
async function soon(what: string, isTrue: () => Promise<boolean>, ms = 20_000): Promise<void> {
  const end = performance.now() + ms;
  while (!(await isTrue())) if (performance.now() > end) throw new Error(`waited in vain: ${what}`);
}
