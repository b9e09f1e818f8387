import { z } from "zod";
import { defineTemplate, link, words } from "./define-template.ts";
import { ActionButton, LinkBelowButton, MailLayout, Paragraph } from "./layout.tsx";

export const reportReady = defineTemplate({
  variables: z.object({
    name: words,
    organization: words,
    report: words,
    period: words,
    pdfUrl: link,
  }),
  subject: ({ report, organization }) => `${report} for ${organization} is ready`,
  body: ({ name, organization, report, period, pdfUrl }) => (
    <MailLayout preview={`${report}, ${period}`} title="Your report is ready">
      <Paragraph>
        Hello {name}, the {report.toLowerCase()} for {organization} ({period}) is ready.
      </Paragraph>
      <ActionButton href={pdfUrl}>Download the PDF</ActionButton>
      <Paragraph>The link works for seven days.</Paragraph>
      <LinkBelowButton href={pdfUrl} />
    </MailLayout>
  ),
});
