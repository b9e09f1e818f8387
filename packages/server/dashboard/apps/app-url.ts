/** The address of an app as people type it, checked before anything is sent there. */
import { StepwellError } from "@stepwell/core";

/**
 * @returns the address without its fragment, which no server gets
 * @throws StepwellError `body_invalid` saying what is wrong
 */
export function readAppUrl(text: string): string {
  const given = text.trim();
  if (!URL.canParse(given) || !given.includes("://"))
    throw wrong(
      `${JSON.stringify(shortened(given))} is no URL. Give the whole one, like http://localhost:3000/api/inngest.`,
    );
  const url = new URL(given);
  if (url.protocol !== "http:" && url.protocol !== "https:")
    throw wrong(`Apps are called by http and https, not by ${url.protocol}//.`);
  if (url.username !== "" || url.password !== "")
    throw wrong("The address holds a name or a password, which would show in logs. Give it without.");
  url.hash = "";
  return url.href;
}

/** For logs: without the query, which may hold a secret. */
export function shownUrl(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}

function shortened(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}

function wrong(message: string): StepwellError {
  return new StepwellError("body_invalid", message);
}
