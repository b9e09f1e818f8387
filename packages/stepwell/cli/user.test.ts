/** `stepwell user` and `stepwell key` on data that no server has, and beside one. */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type Stepwell, startStepwell } from "../start-stepwell.ts";
import { askPassword } from "./ask-password.ts";
import { run } from "./main.ts";

vi.hoisted(() => {
  process.env.NO_COLOR = "1";
});
vi.mock(import("./ask-password.ts"), async (original) => {
  const real = await original();
  return { ...real, askPassword: vi.fn(real.askPassword) };
});

const bin = fileURLToPath(new URL("../bin/stepwell.mjs", import.meta.url));
const PASSWORD = "correct horse battery";
const keys = { eventKeys: ["k"], signingKey: "signkey-test-12345678" };
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "stepwell-user-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  code: number;
  out: string;
  err: string;
}
/** In this process; `typed` is what is answered when the password is asked for. */
async function stepwell(args: string[], typed = ""): Promise<Ended> {
  if (typed !== "") vi.mocked(askPassword).mockResolvedValueOnce(typed);
  const texts = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const)
    vi.spyOn(process[name], "write").mockImplementation((text) => {
      texts[name] += String(text);
      return true;
    });
  process.exitCode = undefined;
  try {
    await run([...args, "--sqlite-dir", join(folder, "data")]);
    return { code: Number(process.exitCode ?? 0), out: texts.stdout, err: texts.stderr };
  } finally {
    process.exitCode = undefined;
    vi.mocked(process.stdout.write).mockRestore();
    vi.mocked(process.stderr.write).mockRestore();
  }
}
/** As a process, where what is piped in is the password. */
function piped(args: string[], input: string): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(
      process.execPath,
      ["--conditions=stepwell-source", bin, ...args, "--sqlite-dir", join(folder, "data")],
      {
        cwd: folder,
        env: { PATH: process.env["PATH"], NO_COLOR: "1" },
      },
    );
    let [out, err] = ["", ""];
    child.stdout.on("data", (chunk) => (out += String(chunk)));
    child.stderr.on("data", (chunk) => (err += String(chunk)));
    child.on("close", (code) => resolve({ code: code ?? -1, out, err }));
    child.stdin.end(input);
  });
}
const open = (): Promise<Stepwell> =>
  startStepwell({ mode: "start", ...keys, dir: join(folder, "data"), port: 0 });
const signIn = ({ url }: Stepwell, name: string, password: string) =>
  fetch(`${url}/api/stepwell/v1/session`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name, password }),
  });

describe("users and keys", () => {
  it("are made before the first start, and let people and programs in", async () => {
    expect(await stepwell(["user", "list"])).toMatchObject({ code: 3, out: "" });
    const added = await piped(["user", "add", "ana", "--admin", "--password-stdin"], `${PASSWORD}\n`);
    expect(added).toEqual({ code: 0, out: "ana may sign in as admin.\n", err: "" });
    expect(readFileSync(join(folder, "data", ".gitignore"), "utf8")).toBe("*\n");
    const made = await stepwell(["key", "create", "ci", "--scope", "read", "--expires-in-days", "9"]);
    expect(made.code).toBe(0);
    expect(made.out).toMatch(/^swk_[\w-]{43}\n$/);
    const server = await open();
    try {
      expect((await signIn(server, "ana", PASSWORD)).status).toBe(200);
      const headers = { authorization: `Bearer ${made.out.trim()}` };
      expect((await fetch(`${server.url}/api/stepwell/v1/health`, { headers })).status).toBe(200);
      // While a server has the data, the commands leave it alone and say what to do.
      const refused = await stepwell(["user", "role", "ana", "viewer"]);
      expect(refused.code).toBe(5);
      expect(refused.err).toContain("under Settings");
      expect(await server.engine.read.users()).toHaveLength(1);
    } finally {
      await server.close();
    }
  });

  it("are changed and listed without a secret, and stand in the audit log", async () => {
    await stepwell(["user", "add", "bea"], PASSWORD);
    expect(await stepwell(["user", "role", "bea", "operator"])).toMatchObject({
      code: 0,
      out: "bea is operator.\n",
    });
    expect((await stepwell(["user", "password", "BEA"], "another password")).code).toBe(0);
    expect((await stepwell(["key", "revoke", "ci"])).code).toBe(0);
    const users = await stepwell(["user", "list", "--json"]);
    expect(JSON.parse(users.out)).toMatchObject([
      { name: "ana", role: "admin", signIn: "password" },
      { name: "bea", role: "operator" },
    ]);
    const keyList = await stepwell(["key", "list", "--json"]);
    expect(JSON.parse(keyList.out)).toMatchObject([{ name: "ci", scopes: ["read"] }]);
    expect(`${users.out}${keyList.out}`).not.toMatch(/argon2|hash|swk_/);
    expect((await stepwell(["user", "list"])).out).toMatch(/^ana +admin +password/m);
    const server = await open();
    try {
      expect((await signIn(server, "bea", PASSWORD)).status).toBe(401);
      expect((await signIn(server, "bea", "another password")).status).toBe(200);
      const { rows } = await server.engine.read.audit({ limit: 20, actor: "command line" });
      expect(rows.map(({ action, target }) => `${action} ${target?.split(" …")[0]}`)).toEqual([
        "key.revoke key ci",
        "user.update user bea",
        "user.update user bea",
        "user.create user bea",
        "key.create key ci",
        "user.create user ana",
      ]);
    } finally {
      await server.close();
    }
    expect(await stepwell(["user", "remove", "bea"])).toMatchObject({ code: 0, out: "bea is removed.\n" });
  });

  it.each<[args: string[], input: string, code: number, says: RegExp]>([
    [["user", "add", "x"], "short", 2, /at least 12 characters/],
    [["user", "add", "x"], "", 2, /--password-stdin/],
    [["user", "add", "ANA"], PASSWORD, 5, /There is a user/],
    [["user", "remove", "ana"], "", 5, /only admin/],
    [["user", "role", "ana", "viewer"], "", 5, /only admin/],
    [["user", "role", "ana", "king"], "", 2, /viewer, operator, admin/],
    [["user", "remove", "nobody"], "", 3, /no user "nobody"/],
    [["key", "create", "x", "--scope", "all"], "", 2, /read, runs:write/],
    [["key", "create", "x"], "", 2, /--scope/],
    [["key", "revoke", "nothing"], "", 3, /no key "nothing"/],
  ])("%j is refused with its cure", async (args, input, code, says) => {
    const ended = await stepwell(args, input);
    expect(ended).toMatchObject({ code, out: "" });
    expect(ended.err).toMatch(says);
    if (input !== "") expect(ended.err).not.toContain(input);
  });

  it("leave no other file behind", () => {
    expect(existsSync(join(folder, ".stepwell"))).toBe(false);
  });
});
