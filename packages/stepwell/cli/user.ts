/** `stepwell user`: who may sign in to the dashboard, on data that no server has. */
import { type Role, roles } from "@stepwell/api/dashboard";
import type { UserRow } from "@stepwell/core";
import type { AccessStore } from "@stepwell/server";
import { type Command, Option } from "commander";
import { jsonFlag, print, printJson } from "./address.ts";
import { askPassword, passwordFlag } from "./ask-password.ts";
import { CliError, exit } from "./exit.ts";
import { addStoreFlags, withStore } from "./own-store.ts";
import { table, timeText } from "./show.ts";

export function addUserCommands(program: Command): void {
  const user = program
    .command("user")
    .summary("who may sign in to the dashboard")
    .description(
      "Lists, adds, changes and removes the people who may sign in to the dashboard of `start`. Works on the data itself, so the server must not run; with one, use Settings in its dashboard.",
    )
    .addHelpText(
      "after",
      "\nExamples:\n  $ npx stepwell user add ana --admin\n  $ npx stepwell user list\n  $ npx stepwell user role ana operator\n",
    );
  addList(user);
  addAdd(user);
  addPassword(user);
  addRole(user);
  addRemove(user);
}

function addList(user: Command): void {
  const command = user
    .command("list")
    .summary("list users")
    .option(...jsonFlag)
    .action(async ({ json }: { json?: true }) => {
      const users = await withStore(command, { mayMake: false }, (store) => store.read.users());
      if (json) return printJson(users.map(shown));
      if (users.length === 0) return print("No users. Add one with `stepwell user add NAME --admin`.");
      const now = new Date();
      const rows = users
        .map(shown)
        .map((line) => [
          line.name,
          line.disabled ? `${line.role} (disabled)` : line.role,
          line.signIn,
          timeText(line.lastSeenAt, now) || "never",
        ]);
      print(table(["NAME", "ROLE", "SIGNS IN BY", "LAST SEEN"], rows));
    });
  addStoreFlags(command);
}

function addAdd(user: Command): void {
  const command = user
    .command("add")
    .summary("add a user; the password is asked for")
    .argument("<name>", "what they sign in with")
    .option("--admin", "as admin, the same as --role admin")
    .addOption(new Option("--role <role>", "what they may do").choices(roles).default("viewer"))
    .option(...passwordFlag)
    .action(async (name: string, given: { admin?: true; role: Role; passwordStdin?: true }) => {
      const role = given.admin ? "admin" : given.role;
      await withStore(command, { mayMake: true }, async (store) => {
        const { addUser } = await import("@stepwell/server");
        const password = await askPassword(given.passwordStdin ?? false);
        const row = await addUser(store, await checkedUser({ name, role, password }));
        await note(store, "user.create", `user ${row.name}`, { role });
        print(`${row.name} may sign in as ${role}.`);
      });
    });
  addStoreFlags(command);
}

function addPassword(user: Command): void {
  const command = user
    .command("password")
    .summary("set a user's password, which is asked for; their sign-ins end")
    .argument("<name>")
    .option(...passwordFlag)
    .action(async (name: string, { passwordStdin = false }: { passwordStdin?: boolean }) => {
      await withStore(command, { mayMake: false }, async (store) => {
        const { changeUser } = await import("@stepwell/server");
        const user = await findUser(store, name);
        const { password } = await checkedUser({
          name,
          role: "viewer",
          password: await askPassword(passwordStdin),
        });
        await changeUser(store, user.id, { password }, null);
        await note(store, "user.update", `user ${user.name}`, { password: "changed" });
        print(`${user.name} has a new password, and is signed out everywhere.`);
      });
    });
  addStoreFlags(command);
}

function addRole(user: Command): void {
  const command = user
    .command("role")
    .summary("say what a user may do")
    .argument("<name>")
    .argument("<role>", roles.join(", "))
    .action(async (name: string, role: string) => {
      const word = roles.find((known) => known === role);
      if (word === undefined)
        throw new CliError(exit.usage, `there is no role ${role}: it is ${roles.join(", ")}`);
      await withStore(command, { mayMake: false }, async (store) => {
        const { changeUser } = await import("@stepwell/server");
        const user = await findUser(store, name);
        await changeUser(store, user.id, { role: word }, null);
        await note(store, "user.update", `user ${user.name}`, { role: word });
        print(`${user.name} is ${word}.`);
      });
    });
  addStoreFlags(command);
}

function addRemove(user: Command): void {
  const command = user
    .command("remove")
    .summary("remove a user; their sign-ins end")
    .argument("<name>")
    .action(async (name: string) => {
      await withStore(command, { mayMake: false }, async (store) => {
        const { removeUser } = await import("@stepwell/server");
        const user = await findUser(store, name);
        await removeUser(store, user.id, null);
        await note(store, "user.remove", `user ${user.name}`, null);
        print(`${user.name} is removed.`);
      });
    });
  addStoreFlags(command);
}

/** @throws CliError `usage` with what is wrong, by the same rules as the dashboard's */
async function checkedUser(given: { name: string; role: Role; password: string }): Promise<typeof given> {
  const { settingsSchemas } = await import("@stepwell/api/dashboard/schemas");
  const parsed = settingsSchemas.createUser.body?.safeParse(given);
  if (parsed?.success) return parsed.data;
  const issues = parsed?.error.issues.map(({ path, message }) => `${path.join(".")} ${message}`) ?? [];
  throw new CliError(exit.usage, issues.join("; "));
}

async function findUser(store: AccessStore, name: string): Promise<UserRow> {
  const { findByName } = await import("@stepwell/server");
  const user = findByName(await store.read.users(), name);
  if (user === undefined) throw new CliError(exit.notFound, `there is no user ${JSON.stringify(name)}`);
  return user;
}

/** The command line stands in the audit log, too. */
export async function note(
  store: AccessStore,
  action: string,
  target: string,
  detail: Record<string, string | string[] | null> | null,
): Promise<void> {
  const { writeAudit } = await import("@stepwell/server");
  const caller = { id: "", name: "command line", role: "admin", kind: "nobody" } as const;
  const about = { engine: store, caller, address: null, requestId: store.newId() };
  await writeAudit(action, about, { outcome: "done", target, detail });
}

function shown({ id, name, role, oidcSubject, disabled, createdAt, lastSeenAt }: UserRow) {
  return {
    id,
    name,
    role,
    signIn: oidcSubject === null ? "password" : "oidc",
    disabled,
    createdAt: new Date(createdAt).toISOString(),
    lastSeenAt: lastSeenAt === null ? null : new Date(lastSeenAt).toISOString(),
  };
}
