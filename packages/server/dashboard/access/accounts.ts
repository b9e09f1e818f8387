/**
 * Users: made, changed and removed, each in a commit that sees all of them, so that names stay unique and
 * the last admin who can sign in stays. Used by the API and, on a store that no server has, by the command line.
 */
import type { Change, UserRole, UserRow } from "@stepwell/core";
import { StepwellError } from "@stepwell/core";
import type { Engine } from "@stepwell/engine";
import { hashPassword } from "./password.ts";
import { endSignInsOf } from "./sign-ins.ts";

/** What users, sign-ins and keys are kept by: the engine, or a store alone. */
export type AccessStore = Pick<Engine, "commit" | "read" | "now" | "newId">;

export interface NewUser {
  name: string;
  role: UserRole;
  password: string;
}

/** @throws StepwellError `name_taken` */
export async function addUser(store: AccessStore, user: NewUser): Promise<UserRow> {
  const passwordHash = await hashPassword(user.password);
  return store.commit({ users: true }, ({ users }, moment) => {
    const row = newRow(users, { ...user, passwordHash, oidcSubject: null }, moment);
    return { write: [{ insert: "users", row }], reply: row };
  });
}

/** The set-up: of two at once one wins. @throws StepwellError `setup_done`, `name_taken` */
export async function addFirstAdmin(
  store: AccessStore,
  { name, password }: Omit<NewUser, "role">,
): Promise<UserRow> {
  const passwordHash = await hashPassword(password);
  return store.commit({ users: true }, ({ users }, moment) => {
    if (hasAdmin(users)) throw new StepwellError("setup_done");
    const row = newRow(users, { name, role: "admin", passwordHash, oidcSubject: null }, moment);
    return { write: [{ insert: "users", row }], reply: row };
  });
}

export function newRow(
  users: readonly UserRow[],
  given: Pick<UserRow, "name" | "role" | "passwordHash" | "oidcSubject">,
  moment: { now: number; id(): string },
): UserRow {
  if (isTaken(users, given.name))
    throw new StepwellError(
      "name_taken",
      `There is a user ${JSON.stringify(given.name)}. Choose another name.`,
    );
  return { ...given, id: moment.id(), createdAt: moment.now, lastSeenAt: null, disabled: false };
}

export function isTaken(users: readonly UserRow[], name: string): boolean {
  return findByName(users, name) !== undefined;
}

export function findByName(users: readonly UserRow[], name: string): UserRow | undefined {
  const wanted = plainName(name);
  return users.find((user) => plainName(user.name) === wanted);
}

/** The one form of all the ways to write a name. */
export function plainName(name: string): string {
  return name.trim().normalize("NFC").toLowerCase();
}

export interface UserChange {
  role?: UserRole | undefined;
  disabled?: boolean | undefined;
  password?: string | undefined;
}

/**
 * @param by id of who asks; null: the command line, which may do it to anybody
 * @throws StepwellError `not_found`, `own_account`, `last_admin`, `password_wrong`
 */
export async function changeUser(
  store: AccessStore,
  id: string,
  { role, disabled, password }: UserChange,
  by: string | null,
): Promise<UserRow> {
  const passwordHash = password === undefined ? undefined : await hashPassword(password);
  const signIns = await store.read.signInsOf(id);
  const endsSignIns = password !== undefined || disabled === true;
  const changed = await store.commit({ users: true }, ({ users }) => {
    const user = found(users, id);
    const next: UserRow = {
      ...user,
      role: role ?? user.role,
      disabled: disabled ?? user.disabled,
      passwordHash: passwordHash ?? user.passwordHash,
    };
    if (id === by && (next.role !== user.role || next.disabled !== user.disabled))
      throw new StepwellError("own_account");
    if (passwordHash !== undefined && user.oidcSubject !== null)
      throw new StepwellError(
        "password_wrong",
        "This user signs in at the identity provider and has no password.",
      );
    refuseLastAdmin(users, user, next);
    const set = { role: next.role, disabled: next.disabled, passwordHash: next.passwordHash };
    const ended: Change[] = endsSignIns
      ? signIns.map((row) => ({ remove: "signIns", key: { id: row.id } }))
      : [];
    return { write: [{ update: "users", key: { id }, set }, ...ended], reply: next };
  });
  // Those opened between the look and the commit; none can follow, since opening one looks at the user.
  if (endsSignIns) await endSignInsOf(store, id, null);
  return changed;
}

/** @throws StepwellError `not_found`, `own_account`, `last_admin` */
export async function removeUser(store: AccessStore, id: string, by: string | null): Promise<UserRow> {
  const signIns = await store.read.signInsOf(id);
  const removed = await store.commit({ users: true }, ({ users }) => {
    const user = found(users, id);
    if (id === by) throw new StepwellError("own_account");
    refuseLastAdmin(users, user, null);
    const ended: Change[] = signIns.map((row) => ({ remove: "signIns", key: { id: row.id } }));
    return { write: [{ remove: "users", key: { id } }, ...ended], reply: user };
  });
  await endSignInsOf(store, id, null);
  return removed;
}

/** Sets one's own password; the sign-in that asks goes on, all others end. */
export async function changeOwnPassword(
  store: AccessStore,
  user: UserRow,
  password: string,
  signInId: string,
): Promise<void> {
  const passwordHash = await hashPassword(password);
  const others = (await store.read.signInsOf(user.id)).filter(({ id }) => id !== signInId);
  await store.commit({ users: true }, ({ users }) => {
    // Two changes at once: the second has checked a password that no longer is.
    if (found(users, user.id).passwordHash !== user.passwordHash) throw new StepwellError("password_wrong");
    const ended: Change[] = others.map((row) => ({ remove: "signIns", key: { id: row.id } }));
    return {
      write: [{ update: "users", key: { id: user.id }, set: { passwordHash } }, ...ended],
      reply: null,
    };
  });
  await endSignInsOf(store, user.id, signInId);
}

/** Whether an admin exists who can sign in: until then there is nothing but the set-up. */
export function hasAdmin(users: readonly UserRow[]): boolean {
  return users.some(isActiveAdmin);
}

const isActiveAdmin = ({ role, disabled }: UserRow): boolean => role === "admin" && !disabled;

/** @param next null: the user is to be removed. @throws StepwellError `last_admin` */
export function refuseLastAdmin(users: readonly UserRow[], user: UserRow, next: UserRow | null): void {
  if (!isActiveAdmin(user) || (next !== null && isActiveAdmin(next))) return;
  if (!users.some((other) => other.id !== user.id && isActiveAdmin(other)))
    throw new StepwellError("last_admin");
}

function found(users: readonly UserRow[], id: string): UserRow {
  const user = users.find((row) => row.id === id);
  if (user === undefined) throw new StepwellError("not_found", `There is no user ${id}.`);
  return user;
}
