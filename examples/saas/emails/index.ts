/** All mails by name. A new one is a file beside this and a line in the table. */
import { render } from "react-email";
import { z } from "zod";
import { dailyReport } from "./daily-report.tsx";
import type { Template } from "./define-template.ts";
import { gettingStartedTips } from "./getting-started-tips.tsx";
import { healthCheckFailed } from "./health-check-failed.tsx";
import { healthCheckRecovered } from "./health-check-recovered.tsx";
import { invoice } from "./invoice.tsx";
import { reEngagement } from "./re-engagement.tsx";
import { reportFailed } from "./report-failed.tsx";
import { reportReady } from "./report-ready.tsx";
import { subscriptionConfirmed } from "./subscription-confirmed.tsx";
import { welcome } from "./welcome.tsx";

const templates = {
  welcome,
  "getting-started-tips": gettingStartedTips,
  "re-engagement": reEngagement,
  "report-ready": reportReady,
  "report-failed": reportFailed,
  "subscription-confirmed": subscriptionConfirmed,
  "daily-report": dailyReport,
  invoice,
  "health-check-failed": healthCheckFailed,
  "health-check-recovered": healthCheckRecovered,
};

export type TemplateName = keyof typeof templates;
export const templateNames = Object.keys(templates) as TemplateName[];

/** A template together with the variables it asks for. */
export type MailContent = {
  [N in TemplateName]: { template: N; variables: z.infer<(typeof templates)[N]["variables"]> };
}[TemplateName];

export type RenderedMail = { subject: string; html: string; text: string };

/** Both parts of a mail, from the same body. */
export async function renderMail(content: MailContent, appUrl: string): Promise<RenderedMail> {
  const template: Template = templates[content.template] as unknown as Template;
  const body = template.body(content.variables, { appUrl });
  const [html, text] = await Promise.all([
    render(body),
    render(body, { plainText: true, htmlToTextOptions: { selectors: [figuresAsLines] } }),
  ]);
  return { subject: template.subject(content.variables), html, text };
}

const figuresAsLines = {
  selector: "table.figures",
  format: "dataTable",
  options: { uppercaseHeaderCells: false },
};

export type CheckedTemplate = { ok: true; mail: MailContent } | { ok: false; problem: string };

/** Checks a template name and variables that came from outside, with an error that helps. */
export function checkTemplate(name: string, variables: Record<string, string>): CheckedTemplate {
  if (!isTemplateName(name)) {
    return { ok: false, problem: `Unknown template "${name}". Known: ${templateNames.join(", ")}` };
  }
  const parsed = templates[name].variables.safeParse(variables);
  if (parsed.success) {
    return { ok: true, mail: { template: name, variables: parsed.data } as MailContent };
  }
  const wrong = Object.entries(z.flattenError(parsed.error).fieldErrors);
  const missing = wrong.filter(([key]) => variables[key] === undefined).map(([key]) => key);
  const refused = wrong
    .filter(([key]) => variables[key] !== undefined)
    .map(([key, messages]) => `${key} (${messages?.[0]})`);
  const problems: string[] = [];
  if (missing.length > 0) problems.push(`lacks variables: ${missing.join(", ")}`);
  if (refused.length > 0) problems.push(`has wrong variables: ${refused.join(", ")}`);
  return { ok: false, problem: `Template "${name}" ${problems.join("; ")}` };
}

function isTemplateName(name: string): name is TemplateName {
  return Object.hasOwn(templates, name);
}
