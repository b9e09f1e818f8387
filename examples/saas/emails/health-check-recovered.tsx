import { z } from "zod";
import { defineTemplate, words } from "./define-template.ts";
import { Figures } from "./figures.tsx";
import { ActionButton, MailLayout, Paragraph } from "./layout.tsx";

export const healthCheckRecovered = defineTemplate({
  variables: z.object({ name: words, services: words, at: words }),
  subject: ({ services }) => `Health check passed again: ${services}`,
  body: ({ name, services, at }, { appUrl }) => (
    <MailLayout preview={`${services}, ${at}`} title="What had failed works again">
      <Paragraph>Hello {name}, there is nothing for you to do.</Paragraph>
      <Figures
        rows={[
          ["Working again", services],
          ["Since", at],
        ]}
      />
      <ActionButton href={`${appUrl}/admin/jobs`}>Look at the jobs</ActionButton>
    </MailLayout>
  ),
});
