/** All mails by name. A new one is a file beside this and a line in the table. */
import { render } from "react-email";
import type { z } from "zod";
import type { Template } from "./define-template.ts";
import { gettingStartedTips } from "./getting-started-tips.tsx";
import { reEngagement } from "./re-engagement.tsx";
import { reportReady } from "./report-ready.tsx";
import { welcome } from "./welcome.tsx";

const templates = {
  welcome,
  "getting-started-tips": gettingStartedTips,
  "re-engagement": reEngagement,
  "report-ready": reportReady,
};

export type TemplateName = keyof typeof templates;
export const templateNames = Object.keys(templates) as TemplateName[];

/** A template together with the variables it asks for. */
export type MailContent = {
  [N in TemplateName]: { template: N; variables: z.infer<(typeof templates)[N]["variables"]> };
}[TemplateName];

export type RenderedMail = { subject: string; html: string; text: string };

export async function renderMail(content: MailContent, appUrl: string): Promise<RenderedMail> {
  const template: Template = templates[content.template] as unknown as Template;
  const body = template.body(content.variables, { appUrl });
  const [html, text] = await Promise.all([render(body), render(body, { plainText: true })]);
  return { subject: template.subject(content.variables), html, text };
}

export type CheckedTemplate = { ok: true; mail: MailContent } | { ok: false; problem: string };

/** Checks a template name and variables that came from outside, with an error that helps. */
export function checkTemplate(name: string, variables: Record<string, string>): CheckedTemplate {
  if (!isTemplateName(name)) {
    return { ok: false, problem: `Unknown template "${name}". Known: ${templateNames.join(", ")}` };
  }
  const wanted = templates[name].variables;
  const missing = Object.keys(wanted.shape).filter((key) => variables[key] === undefined);
  if (missing.length > 0) {
    return { ok: false, problem: `Template "${name}" lacks variables: ${missing.join(", ")}` };
  }
  return { ok: true, mail: { template: name, variables: wanted.parse(variables) } as MailContent };
}

function isTemplateName(name: string): name is TemplateName {
  return Object.hasOwn(templates, name);
}
