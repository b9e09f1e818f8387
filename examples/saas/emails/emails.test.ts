import { describe, expect, it } from "vitest";
import { lightInTheDark, linksOf, previewOf, wordsOf } from "./fixtures/read-mail.ts";
import { checkTemplate, renderMail, templateNames } from "./index.ts";
import { sampleMails, sampleVariables } from "./samples.ts";

const appUrl = "https://app.tallyho.example";

describe.each(sampleMails)("the mail $template", (content) => {
  it("has a subject and a preview, each one line", async () => {
    const { subject, html } = await renderMail(content, appUrl);
    for (const line of [subject, previewOf(html)]) {
      expect(line.length).toBeGreaterThan(10);
      expect(line).not.toContain("\n");
    }
    expect(previewOf(html)).not.toBe(subject);
  });

  it("says the same in html and in plain text, with every variable in it", async () => {
    const { html, text } = await renderMail(content, appUrl);
    expect(wordsOf.text(text)).toEqual(wordsOf.html(html));
    const said = text.toLowerCase();
    for (const value of Object.values(content.variables)) expect(said).toContain(value.toLowerCase());
  });

  it("has absolute links only, and the same in both parts", async () => {
    const { html, text } = await renderMail(content, appUrl);
    const links = linksOf.html(html);
    expect(links.length).toBeGreaterThan(0);
    for (const link of links) expect(link).toMatch(/^https:\/\/app\.tallyho\.example\//);
    expect(linksOf.text(text)).toEqual(links);
    expect(html).not.toMatch(/<img|url\(/);
  });

  it("leaves no value out", async () => {
    const { subject, html, text } = await renderMail(content, appUrl);
    expect(`${subject}${html}${text}`).not.toMatch(/undefined|\bnull\b|NaN|\[object|\{\{|\$\{/);
    expect(text).not.toMatch(/[<>]/);
  });

  it("is light, and turns every colour over in the dark", async () => {
    const { html } = await renderMail(content, appUrl);
    expect(html).toContain('<meta name="color-scheme" content="light dark"/>');
    expect(html).toContain("#17202a");
    expect(lightInTheDark(html)).toEqual([]);
  });
});

describe("the subjects", () => {
  it("say what the mail is about", async () => {
    const rendered = await Promise.all(sampleMails.map((mail) => renderMail(mail, appUrl)));
    expect(rendered.map(({ subject }) => subject)).toEqual([
      "Welcome to Tallyho, Ada Ünal",
      "Three tips to get started with Tallyho",
      "Ada Ünal, your figures are waiting",
      "Usage report for Northwind Tea is ready",
      "Usage report for Northwind Tea could not be made",
      "Northwind Tea is now on the Pro plan",
      "Your Daily Usage Report",
      "Invoice INV-2026-0007 for March 2026",
      "Health check failed: Redis, Stripe",
      "Health check passed again: Redis, Stripe",
    ]);
  });
});

describe("the daily report", () => {
  it("has its figures as a table in html, as lines in plain text, and a way to end it", async () => {
    const variables = sampleVariables["daily-report"];
    const { html, text } = await renderMail({ template: "daily-report", variables }, appUrl);
    const rows = [...html.matchAll(/<th scope="row"[^>]*>(.*?)<\/th><td[^>]*>(.*?)<\/td>/g)];
    const figures = rows.map(([, name, value]) => [name, value]);
    expect(figures).toEqual([
      ["API calls", "12,480"],
      ["Mails sent", "318"],
      ["Storage, MB", "2,048"],
      ["Cost", "$7.35"],
    ]);
    const lines = text.split("\n");
    for (const [name, value] of figures) {
      expect(lines.some((line) => line.startsWith(`${name} `) && line.endsWith(` ${value}`))).toBe(true);
    }
    expect(text).toContain("Unsubscribe ");
    for (const links of [linksOf.html(html), linksOf.text(text)]) {
      expect(links).toContain(variables.unsubscribeUrl);
    }
  });
});

describe("names that look like markup", () => {
  it("stay text", async () => {
    const mail = { template: "welcome", variables: { name: "<b>Eve</b>" } } as const;
    const { html, text } = await renderMail(mail, appUrl);
    expect(html).not.toContain("<b>Eve");
    expect(text.toLowerCase()).toContain("welcome, <b>eve</b>");
  });
});

describe("a template from outside", () => {
  it("is taken when its variables are good", () => {
    for (const mail of sampleMails) {
      expect(checkTemplate(mail.template, mail.variables)).toEqual({ ok: true, mail });
    }
    const extra = { name: " Ada ", colour: "green" };
    expect(checkTemplate("welcome", extra)).toMatchObject({ mail: { variables: { name: "Ada" } } });
  });

  it("is refused by name, with the known ones", () => {
    expect(checkTemplate("newsletter", {})).toEqual({
      ok: false,
      problem: `Unknown template "newsletter". Known: ${templateNames.join(", ")}`,
    });
    expect(templateNames).toHaveLength(10);
    expect(checkTemplate("toString", {}).ok).toBe(false);
  });

  it("is refused when variables are missing or wrong, all named in one error", () => {
    const problemOf = (variables: Record<string, string>) => {
      const checked = checkTemplate("report-failed", { ...sampleVariables["report-failed"], ...variables });
      return checked.ok ? undefined : checked.problem;
    };
    expect(checkTemplate("welcome", {})).toEqual({
      ok: false,
      problem: 'Template "welcome" lacks variables: name',
    });
    expect(checkTemplate("invoice", { name: " ", month: "March 2026", pdfUrl: "/files/i7.pdf" })).toEqual({
      ok: false,
      problem:
        'Template "invoice" lacks variables: organization, number, amount; ' +
        "has wrong variables: name (must not be empty), pdfUrl (must be an http(s) address)",
    });
    for (const retryUrl of [
      "",
      "/organizations",
      "javascript:alert(1)",
      "https:app.tallyho.example",
      "mailto:a@b.c",
    ]) {
      expect(problemOf({ retryUrl })).toBe(
        'Template "report-failed" has wrong variables: retryUrl (must be an http(s) address)',
      );
    }
    expect(problemOf({ retryUrl: "http://127.0.0.1:3000/organizations/org_1" })).toBeUndefined();
  });
});
