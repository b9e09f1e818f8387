import { describe, expect, it } from "vitest";
import { checkTemplate, type MailContent, renderMail, templateNames } from "./index.ts";

const appUrl = "https://app.tallyho.example";
const variables = {
  name: "Ada",
  organization: "Northwind Tea",
  report: "Usage report",
  period: "March 2026",
  pdfUrl: `${appUrl}/files/reports/r1.pdf?expires=1&signature=x`,
};
const mailOf = (template: string): MailContent => {
  const checked = checkTemplate(template, variables);
  if (!checked.ok) throw new Error(checked.problem);
  return checked.mail;
};

describe.each(templateNames)("the mail %s", (name) => {
  it("has a subject, a text part, and absolute links only", async () => {
    const { subject, html, text } = await renderMail(mailOf(name), appUrl);
    expect(subject.length).toBeGreaterThan(10);
    expect(subject).not.toMatch(/undefined|\n/);
    expect(`${html}${text}`).not.toContain("undefined");
    expect(text).not.toContain("<");
    const links = [...html.matchAll(/href="([^"]*)"/g)].map((match) => match[1]);
    expect(links.length).toBeGreaterThan(0);
    for (const link of links) expect(link).toMatch(/^https:\/\/app\.tallyho\.example\//);
  });
});

describe("the subjects", () => {
  it("say what the mail is about", async () => {
    const subjects = await Promise.all(
      templateNames.map(async (name) => (await renderMail(mailOf(name), appUrl)).subject),
    );
    expect(subjects).toEqual([
      "Welcome to Tallyho, Ada",
      "Three tips to get started with Tallyho",
      "Ada, your figures are waiting",
      "Usage report for Northwind Tea is ready",
    ]);
  });

  it("and the text part carries the download link whole", async () => {
    const { text } = await renderMail(mailOf("report-ready"), appUrl);
    expect(text).toContain(variables.pdfUrl);
  });

  it("and names that look like markup stay text", async () => {
    const mail = { template: "welcome", variables: { name: "<b>Eve</b>" } } as const;
    expect((await renderMail(mail, appUrl)).html).not.toContain("<b>Eve");
  });
});

describe("a template from outside", () => {
  it("is refused by name, with the known ones", () => {
    expect(checkTemplate("newsletter", {})).toEqual({
      ok: false,
      problem:
        'Unknown template "newsletter". Known: welcome, getting-started-tips, re-engagement, report-ready',
    });
    expect(checkTemplate("toString", {}).ok).toBe(false);
  });

  it("is refused when variables are missing, with their names", () => {
    expect(checkTemplate("welcome", {})).toEqual({
      ok: false,
      problem: 'Template "welcome" lacks variables: name',
    });
  });
});
