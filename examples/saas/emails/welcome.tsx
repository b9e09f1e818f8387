import { z } from "zod";
import { defineTemplate, words } from "./define-template.ts";
import { ActionButton, MailLayout, Paragraph } from "./layout.tsx";

export const welcome = defineTemplate({
  variables: z.object({ name: words }),
  subject: ({ name }) => `Welcome to Tallyho, ${name}`,
  body: ({ name }, { appUrl }) => (
    <MailLayout preview="Your workspace is ready." title={`Welcome, ${name}`}>
      <Paragraph>
        Your workspace is ready, with ninety days of sample figures in it, so that there is something to look
        at from the first minute.
      </Paragraph>
      <ActionButton href={`${appUrl}/`}>Open your workspace</ActionButton>
      <Paragraph>
        Tomorrow we will send you three short tips. And every morning you get your usage of the day before, in
        a short mail that you can end with one click.
      </Paragraph>
    </MailLayout>
  ),
});
