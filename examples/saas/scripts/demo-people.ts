/** Two people and what they have in common: an account, a session of their own, and a mailbox. */
import { randomBytes } from "node:crypto";
import { type Account, type App, type Mail, openApp } from "./demo-app.ts";
import { expectThat, tick, waitFor } from "./demo-steps.ts";

export type Person = Account & { name: string; email: string; organization: string; app: App };
/** Alva signs up and stays away; Bo comes back. */
export type People = { alva: Person; bo: Person };

/** A mail over SMTP on this machine takes well under a second; a busy machine gets more. */
const MAIL_LIMIT_MS = 30_000;

/** With an address that nobody had before; signed in afterwards. */
export async function signUp(appUrl: string, name: string): Promise<Person> {
  const [first = ""] = name.toLowerCase().split(" ");
  const email = `${first}.${Date.now().toString(36)}.${process.pid}@demo.example`;
  const organization = `${name}'s team`;
  const app = openApp(appUrl);
  const account = await app.signUp({ name, email, organization, password: newPassword() });
  tick(`Signed up ${email}`);
  return { ...account, name, email, organization, app };
}

export async function expectTaken(appUrl: string, { email }: Person): Promise<void> {
  const fields = { name: "Somebody else", email, password: newPassword() };
  const status = await openApp(appUrl).status("/api/sign-up", fields);
  expectThat(status === 409, `A second sign-up of ${email} answered ${status}, not 409`);
  tick("Signing up again with the same address is refused");
}

/** The one whose subject has these words; the newest where there are several. */
export function waitForMail({ app, name, email }: Person, words: string, hint: string): Promise<Mail> {
  return waitFor(`the mail “${words} …” to ${name}`, MAIL_LIMIT_MS, hint, async () =>
    (await app.mails(email)).find(({ subject }) => subject.includes(words)),
  );
}

function newPassword(): string {
  return randomBytes(15).toString("base64url");
}
