import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LogEntry } from "@stepwell/engine";
import { readSettings, type SettingsInput } from "@stepwell/server";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { oidcOf, tellSetup } from "./sign-in.ts";
import { type Stepwell, startStepwell } from "./start-stepwell.ts";

const keys = { eventKeys: ["event-key"], signingKey: "signkey-test-12345678" };
const PASSWORD = "correct horse battery";
let dir: string;
let logged: LogEntry[];
let server: Stepwell;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "stepwell-sign-in-"));
  logged = [];
});
afterEach(async () => {
  await server?.close();
  rmSync(dir, { recursive: true, force: true });
});
async function start(more: Partial<SettingsInput> = {}): Promise<string> {
  server = await startStepwell({
    mode: "start",
    ...keys,
    dir,
    port: 0,
    log: (entry) => logged.push(entry),
    ...more,
  });
  return server.url;
}
const links = () => logged.filter(({ event }) => event === "setup.link");
const api = (path: string) => `${server.url}/api/stepwell/v1${path}`;
const post = (path: string, body: object) =>
  fetch(api(path), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });

describe("a server of start", () => {
  it("tells the set-up link until an admin exists, in a fragment that nothing else logs", async () => {
    const url = await start();
    expect(links()).toHaveLength(1);
    const link = new URL(String(links()[0]?.url));
    expect(link.origin).toBe(url);
    expect(link.pathname).toBe("/set-up");
    expect(link.search).toBe("");
    const token = link.hash.slice("#token=".length);
    expect(token).toMatch(/^[\w-]{43}$/);
    expect(links()[0]?.message).toContain("15 minutes");
    // Only the log has it: the data holds not even its hash.
    for (const name of readdirSync(dir)) expect(readFileSync(join(dir, name)).includes(token)).toBe(false);

    expect((await fetch(api("/runs"))).status).toBe(403);
    const made = await post("/setup", { name: "ana", password: PASSWORD, token });
    expect(made.status).toBe(200);
    const { rows } = await server.engine.read.audit({ limit: 1 });
    expect(rows[0]).toMatchObject({ action: "setup", actor: "ana", outcome: "done", address: "127.0.0.1" });
    await server.close();
    logged = [];
    await start();
    expect(links()).toEqual([]);
    expect((await post("/session", { name: "ana", password: PASSWORD })).status).toBe(200);
  });

  it("makes another link at each start", async () => {
    await start();
    const [first] = links();
    await server.close();
    await start();
    const [, second] = links();
    expect(second?.url).not.toBe(first?.url);
    const old = new URL(String(first?.url)).hash.slice("#token=".length);
    const response = await post("/setup", { name: "ana", password: PASSWORD, token: old });
    expect(await response.json()).toMatchObject({ error: { code: "setup_token_invalid" } });
  });

  it("serves no dashboard where none is wanted, and all else", async () => {
    const url = await start({ dashboard: false });
    expect(links()).toEqual([]);
    for (const path of ["/", "/runs", "/api/stepwell/v1/session", "/api/stepwell/v1/openapi.json"])
      expect((await fetch(`${url}${path}`)).status).toBe(404);
    expect((await fetch(`${url}/health`)).status).toBe(200);
  });

  it("takes events and its own API as before, without an admin", async () => {
    const url = await start();
    const sent = await fetch(`${url}/e/event-key`, { method: "POST", body: JSON.stringify({ name: "a" }) });
    expect(sent.status).toBe(200);
    expect((await fetch(`${url}/v1/events`)).status).toBe(401);
    const headers = { authorization: `Bearer ${keys.signingKey}` };
    expect((await fetch(`${url}/v1/events`, { headers })).status).toBe(200);
  });
});

it("dev tells no link and asks nobody to sign in", async () => {
  const url = await start({ mode: "dev", eventKeys: [], signingKey: null, inMemory: true });
  expect(links()).toEqual([]);
  expect((await fetch(`${url}/api/stepwell/v1/users`)).status).toBe(200);
});

it("the link names the host behind a trusted proxy, and who listens openly is warned", () => {
  server = undefined as unknown as Stepwell;
  const told: LogEntry[] = [];
  const tell = (settings: { host: string; allowedHosts: string[]; trustProxy: boolean }) =>
    tellSetup({
      setup: { issue: () => "T", check() {}, close() {} },
      url: "http://127.0.0.1:8288",
      settings,
      now: 0,
      log: (entry) => told.push(entry),
    });
  tell({ host: "127.0.0.1", allowedHosts: ["jobs.example.com"], trustProxy: true });
  tell({ host: "0.0.0.0", allowedHosts: ["jobs.example.com"], trustProxy: false });
  expect(told.map(({ event, url }) => [event, url])).toEqual([
    ["setup.link", "https://jobs.example.com/set-up#token=T"],
    ["setup.link", "http://127.0.0.1:8288/set-up#token=T"],
    ["setup.exposed", undefined],
  ]);
});

it("an identity provider is made of the settings, or there is none", () => {
  server = undefined as unknown as Stepwell;
  expect(oidcOf(readSettings({ mode: "start", ...keys }))).toEqual({});
  const settings = readSettings({
    mode: "start",
    ...keys,
    oidcIssuer: "https://login.example.com/realm",
    oidcClientId: "stepwell",
    oidcRoleClaim: "groups",
    oidcRoles: ["a=b=admin"],
    oidcDefaultRole: "none",
  });
  expect(oidcOf(settings).oidc).toEqual({
    issuer: "https://login.example.com/realm",
    clientId: "stepwell",
    clientSecret: null,
    roleClaim: "groups",
    roles: { "a=b": "admin" },
    defaultRole: null,
    emailDomains: [],
    label: "login.example.com",
  });
});
