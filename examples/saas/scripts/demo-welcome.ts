/**
 * The welcome story. Alva signs up and stays away; Bo comes back after the tips. Four days pass
 * in the seconds that the runs need, because the server's clock is moved.
 */
import type { Account, App, Mail } from "./demo-app.ts";
import type { Server } from "./demo-server.ts";
import { chapter, count, expectThat, sayMoment, tick, waitFor } from "./demo-steps.ts";

type Person = Account & { name: string; email: string };
type People = { alva: Person; bo: Person };
type Mails = "Welcome" | "Three tips" | "figures are waiting";

/** A mail over SMTP on this machine takes well under a second; a busy machine gets more. */
const MAIL_LIMIT_MS = 30_000;

export async function signUpTwo(app: App, hint: string): Promise<People> {
  chapter("Two people sign up");
  const people = { alva: await signUp(app, "Alva Away"), bo: await signUp(app, "Bo Back") };
  await app.expectTaken(people.alva.email);
  tick("Signing up again with the same address is refused");
  for (const person of Object.values(people)) {
    checkWelcome(await waitForMail(app, person, "Welcome", hint), person.name);
    await expectMails(app, person, ["Welcome"]);
  }
  tick("Both have the welcome mail, and no other");
  return people;
}

export async function letDaysPass(app: App, server: Server, people: People, hint: string): Promise<void> {
  const { alva, bo } = people;
  chapter("A day passes");
  await move(server, "1d");
  for (const person of [alva, bo]) {
    await waitForMail(app, person, "Three tips", hint);
    await expectMails(app, person, ["Welcome", "Three tips"]);
  }
  tick("Both have the tips as their second mail");
  const { now } = await move(server, "1h");
  await app.markActive(bo.userId, now);
  tick("Bo comes back and looks around; Alva does not");

  chapter("Three more days pass");
  await move(server, "3d");
  const third = await waitForMail(app, alva, "figures are waiting", hint);
  expectThat(third.subject.includes(alva.name), `The third mail does not greet Alva: ${third.subject}`);
  await expectMails(app, alva, ["Welcome", "Three tips", "figures are waiting"]);
  tick(`Alva is asked to come back: “${third.subject}”`);
  for (const person of [alva, bo]) await expectEnded(server, person, hint);
  await expectMails(app, bo, ["Welcome", "Three tips"]);
  tick("Bo, who was there, is left alone; both runs have completed");
}

async function signUp(app: App, name: string): Promise<Person> {
  const [first = ""] = name.toLowerCase().split(" ");
  const email = `${first}.${Date.now().toString(36)}.${process.pid}@demo.example`;
  const account = await app.signUp({ name, email, organization: `${name}'s team` });
  tick(`Signed up ${email}`);
  return { ...account, name, email };
}

async function move(server: Server, span: string): Promise<{ now: string }> {
  const moved = await server.advance(span);
  const due = moved.fired === 0 ? "nothing" : count(moved.fired, "wake-up");
  tick(`Moved the clock by ${span}, to ${sayMoment(moved.now)}; on the way: ${due}`);
  return moved;
}

function waitForMail(app: App, { name, email }: Person, words: Mails, hint: string): Promise<Mail> {
  return waitFor(`the mail “${words} …” to ${name}`, MAIL_LIMIT_MS, hint, async () =>
    (await app.mails(email)).find(({ subject }) => subject.includes(words)),
  );
}

function checkWelcome(welcome: Mail, name: string): void {
  expectThat(welcome.subject.includes(name), `The subject does not greet ${name}: ${welcome.subject}`);
  expectThat(welcome.html.includes(`Welcome, ${name}`), "The HTML part does not greet the new user");
  expectThat(welcome.text.includes("sample figures"), "The text part is not the welcome text");
}

async function expectMails(app: App, { name, email }: Person, expected: Mails[]): Promise<void> {
  const subjects = (await app.mails(email)).map(({ subject }) => subject).reverse();
  const same =
    subjects.length === expected.length && expected.every((words, i) => subjects[i]?.includes(words));
  expectThat(same, `${name} has the mails [${subjects.join(" | ")}], not [${expected.join(" | ")}]`);
}

async function expectEnded(server: Server, { name, userId }: Person, hint: string): Promise<void> {
  const run = await waitFor(`the end of ${name}'s welcome run`, MAIL_LIMIT_MS, hint, async () => {
    const found = await server.welcomeRun(userId);
    return found && !["Queued", "Running"].includes(found.status) ? found : undefined;
  });
  expectThat(run.status === "Completed", `${name}'s welcome run ${run.run_id} is ${run.status}`);
}
