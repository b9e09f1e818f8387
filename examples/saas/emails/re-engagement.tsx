import { z } from "zod";
import { defineTemplate, words } from "./define-template.ts";
import { ActionButton, MailLayout, Paragraph } from "./layout.tsx";

export const reEngagement = defineTemplate({
  variables: z.object({ name: words }),
  subject: ({ name }) => `${name}, your figures are waiting`,
  body: ({ name }, { appUrl }) => (
    <MailLayout preview="We have kept counting." title="Your figures are waiting">
      <Paragraph>
        Hello {name}, we have not seen you for a few days. Meanwhile we have kept counting, and everything is
        where you left it.
      </Paragraph>
      <ActionButton href={`${appUrl}/`}>Have a look</ActionButton>
    </MailLayout>
  ),
});
