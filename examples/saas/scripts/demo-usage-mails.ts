/** The mail of every morning: who wants it gets one a day, and the link in it ends that. */
import { sayDay, toDay } from "../lib/days.ts";
import { type Mail, openApp } from "./demo-app.ts";
import { DAY_MS } from "./demo-clock.ts";
import { type People, type Person, waitForMail } from "./demo-people.ts";
import type { Tick } from "./demo-server.ts";
import { chapter, count, expectThat, tick } from "./demo-steps.ts";

export const usageMail = "Your Daily Usage Report";

export function readUnsubscribeLink({ subject, text }: Mail): string {
  const link = /https?:\/\/\S+\/unsubscribe\?\S+/.exec(text)?.[0];
  expectThat(link !== undefined, `The mail “${subject}” has no link that ends it`);
  return link;
}

/** Alva follows the link, which needs no session. Returns how many she has had. */
export async function turnUsageMailsOff({ alva }: People, hint: string): Promise<number> {
  chapter("A mail every morning");
  const mail = await waitForMail(alva, usageMail, hint);
  const link = readUnsubscribeLink(mail);
  tick(`Alva has yesterday's figures: “${mail.subject}”`);

  const visitor = openApp(alva.app.url);
  const shown = await visitor.page(link);
  expectThat(shown.includes("Turn usage mails off"), "The page of the link does not ask to turn mails off");
  const forged = new URL(link);
  forged.searchParams.set("signature", "AAAA");
  const refused = await visitor.status("/api/unsubscribe", Object.fromEntries(forged.searchParams));
  expectThat(refused === 400, `A forged link answered ${refused}, not 400`);
  await visitor.unsubscribe(link);
  tick("She turns it off by the link in it, without signing in; a forged link is refused");
  return (await usageMails(alva)).length;
}

/** After the month: one for each tick of `send-daily-reports` to Bo, none more to Alva. */
export async function checkUsageMails({ alva, bo }: People, hadAlva: number, ticks: Tick[]): Promise<void> {
  const texts = (await usageMails(bo)).map(({ text }) => text);
  for (const { scheduledAt } of ticks) {
    const day = sayDay(toDay(new Date(Date.parse(scheduledAt) - DAY_MS)));
    const found = texts.filter((text) => text.includes(` used on ${day}:`)).length;
    expectThat(found === 1, `Bo has ${found} usage mails about ${day}, not one`);
  }
  const hasAlva = (await usageMails(alva)).length;
  expectThat(hasAlva === hadAlva, `Alva has ${hasAlva} usage mails, and turned them off after ${hadAlva}`);
  tick(
    `Bo has ${count(ticks.length, "usage mail")}, one a day; Alva has ${hadAlva}, from before she turned them off`,
  );
}

async function usageMails({ app, email }: Person) {
  return (await app.mails(email)).filter(({ subject }) => subject === usageMail);
}
