import { z } from "zod";
import { defineTemplate, link, words } from "./define-template.ts";
import { Figures } from "./figures.tsx";
import { ActionButton, MailLayout, Paragraph } from "./layout.tsx";

export const dailyReport = defineTemplate({
  variables: z.object({
    name: words,
    organization: words,
    day: words,
    apiCalls: words,
    mailsSent: words,
    storageMb: words,
    cost: words,
    unsubscribeUrl: link,
  }),
  subject: () => "Your Daily Usage Report",
  body: ({ name, organization, day, unsubscribeUrl, ...figures }, { appUrl }) => (
    <MailLayout
      preview={`${day}: ${figures.apiCalls} API calls, ${figures.cost}`}
      title="Your daily usage report"
      unsubscribeUrl={unsubscribeUrl}
    >
      <Paragraph>
        Hello {name}, this is what {organization} used on {day}:
      </Paragraph>
      <Figures
        rows={[
          ["API calls", figures.apiCalls],
          ["Mails sent", figures.mailsSent],
          ["Storage, MB", figures.storageMb],
          ["Cost", figures.cost],
        ]}
      />
      <ActionButton href={`${appUrl}/`}>Open your workspace</ActionButton>
    </MailLayout>
  ),
});
