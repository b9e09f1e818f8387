import { z } from "zod";
import { defineTemplate, link, words } from "./define-template.ts";
import { ActionButton, LinkBelowButton, MailLayout, Paragraph } from "./layout.tsx";

export const reportFailed = defineTemplate({
  variables: z.object({
    name: words,
    organization: words,
    report: words,
    period: words,
    reason: words,
    retryUrl: link,
  }),
  subject: ({ report, organization }) => `${report} for ${organization} could not be made`,
  body: ({ name, organization, report, period, reason, retryUrl }) => (
    <MailLayout preview={`${report}, ${period}`} title="Your report could not be made">
      <Paragraph>
        Hello {name}, we could not make the {report.toLowerCase()} for {organization} ({period}). This is what
        went wrong:
      </Paragraph>
      <Paragraph>{reason}</Paragraph>
      <Paragraph>We will not try again on our own. We are sorry; please request it once more.</Paragraph>
      <ActionButton href={retryUrl}>Request it again</ActionButton>
      <LinkBelowButton href={retryUrl} />
    </MailLayout>
  ),
});
