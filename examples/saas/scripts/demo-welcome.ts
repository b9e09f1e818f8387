/**
 * The welcome story. Alva signs up and stays away; Bo comes back after the tips. Four days pass
 * in the seconds that the runs need, because the server's clock is moved.
 */
import type { Mail } from "./demo-app.ts";
import { move } from "./demo-clock.ts";
import { expectTaken, type People, type Person, signUp, waitForMail } from "./demo-people.ts";
import type { Server } from "./demo-server.ts";
import { chapter, expectThat, tick, waitFor } from "./demo-steps.ts";

const RUN_LIMIT_MS = 30_000;
const story = ["Welcome", "Three tips", "figures are waiting"] as const;
type Words = (typeof story)[number];

export async function signUpTwo(appUrl: string, hint: string): Promise<People> {
  chapter("Two people sign up");
  const people = { alva: await signUp(appUrl, "Alva Away"), bo: await signUp(appUrl, "Bo Back") };
  await expectTaken(appUrl, people.alva);
  for (const person of Object.values(people)) {
    checkWelcome(await waitForMail(person, "Welcome", hint), person.name);
    await expectStory(person, ["Welcome"]);
  }
  tick("Both have the welcome mail, and no other");
  return people;
}

export async function letOneDayPass(server: Server, { alva, bo }: People, hint: string): Promise<void> {
  chapter("A day passes");
  await move(server, { days: 1 });
  for (const person of [alva, bo]) {
    await waitForMail(person, "Three tips", hint);
    await expectStory(person, ["Welcome", "Three tips"]);
  }
  tick("Both have the tips as their second mail of the welcome");
  const { now } = await move(server, { hours: 1 });
  await bo.app.markActive(bo.userId, now);
  tick("Bo comes back and looks around; Alva does not");
}

export async function letThreeDaysPass(server: Server, { alva, bo }: People, hint: string): Promise<void> {
  chapter("Three more days pass");
  await move(server, { days: 3 });
  const third = await waitForMail(alva, "figures are waiting", hint);
  expectThat(third.subject.includes(alva.name), `The third mail does not greet Alva: ${third.subject}`);
  await expectStory(alva, ["Welcome", "Three tips", "figures are waiting"]);
  tick(`Alva is asked to come back: “${third.subject}”`);
  for (const person of [alva, bo]) await expectEnded(server, person, hint);
  await expectStory(bo, ["Welcome", "Three tips"]);
  tick("Bo, who was there, is left alone; both runs have completed");
}

function checkWelcome(welcome: Mail, name: string): void {
  expectThat(welcome.subject.includes(name), `The subject does not greet ${name}: ${welcome.subject}`);
  expectThat(welcome.html.includes(`Welcome, ${name}`), "The HTML part does not greet the new user");
  expectThat(welcome.text.includes("sample figures"), "The text part is not the welcome text");
}

/** Other mails come meanwhile, such as that of every morning; here those of the welcome count. */
async function expectStory({ app, name, email }: Person, expected: Words[]): Promise<void> {
  const subjects = (await app.mails(email))
    .map(({ subject }) => subject)
    .filter((subject) => story.some((words) => subject.includes(words)))
    .reverse();
  const same =
    subjects.length === expected.length && expected.every((words, i) => subjects[i]?.includes(words));
  expectThat(same, `${name} has the mails [${subjects.join(" | ")}], not [${expected.join(" | ")}]`);
}

async function expectEnded(server: Server, { name, userId }: Person, hint: string): Promise<void> {
  const [run] = await waitFor(`the end of ${name}'s welcome run`, RUN_LIMIT_MS, hint, async () => {
    const found = await server.runsOf("user/created", (data) => data.userId === userId);
    return found?.some(({ status }) => !["Queued", "Running"].includes(status)) ? found : undefined;
  });
  expectThat(run?.status === "Completed", `${name}'s welcome run ${run?.run_id} is ${run?.status}`);
}
