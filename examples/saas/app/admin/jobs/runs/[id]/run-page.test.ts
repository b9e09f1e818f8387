import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import { type JobServer, startJobServer } from "@/lib/inngest/fixtures/job-server.ts";
import recorded from "@/lib/inngest/fixtures/recorded-answers.json" with { type: "json" };
import { createRest } from "@/lib/inngest/rest.ts";
import { runs } from "@/lib/inngest/runs.ts";
import { Output } from "./output.tsx";
import { Steps } from "./steps.tsx";

const answers: Record<string, unknown> = recorded;
const textOf = (html: string) =>
  html
    .replace(/<[^>]+>/g, " ")
    .replace(/\s+/g, " ")
    .trim();

async function stepsOf(runId: string): Promise<string> {
  const server: JobServer = await startJobServer(({ path }) => ({ body: answers[path] }));
  const answer = await runs(createRest({ baseUrl: server.url })).listSteps(runId);
  await server.close();
  if (answer.is !== "found") throw new Error(`The steps are ${answer.is}`);
  return textOf(renderToStaticMarkup(createElement(Steps, { spans: answer.data })));
}

describe("the steps", () => {
  it("say how often they were tried, and why they failed", async () => {
    const shown = await stepsOf("01M8G9YW534XE0PRFDN1Y76PYM");
    expect(shown).toMatch(/^sync-stripe-subscriptions 2 attempts · 21 ms Failed Error/);
    expect(shown).toContain("Error: Stripe did not answer");
    expect(shown).not.toContain("Finalization");
  });

  it("say that they wait", async () => {
    expect(await stepsOf("01M8G9YW5HMHEAZA3XXF3R0DJ5")).toBe("nap Waiting");
  });

  it("may be none yet", () => {
    expect(renderToStaticMarkup(createElement(Steps, { spans: [] }))).toContain("No step has begun.");
  });
});

describe("the output", () => {
  const show = (value: unknown, isFailure = false) =>
    textOf(renderToStaticMarkup(createElement(Output, { value, isFailure })));

  it.each([
    [
      "a value",
      { message: "done", rows: 3 },
      "{ &quot;message&quot;: &quot;done&quot;, &quot;rows&quot;: 3 }",
    ],
    ["zero", 0, "0"],
    ["nothing", null, "Nothing was returned."],
  ])("is %s", (_what, value, shown) => {
    expect(show(value)).toBe(shown);
  });

  it("is an error, with its name and stack", () => {
    const shown = show({ name: "TypeError", message: "No plan", stack: "TypeError: No plan\n at job" }, true);
    expect(shown).toBe("TypeError: No plan TypeError: No plan at job");
  });

  it("is what was thrown, where that is no error", () => {
    expect(show("gone", true)).toBe("&quot;gone&quot;");
  });
});
