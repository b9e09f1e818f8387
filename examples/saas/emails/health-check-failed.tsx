import { z } from "zod";
import { defineTemplate, words } from "./define-template.ts";
import { Figures } from "./figures.tsx";
import { ActionButton, MailLayout, Paragraph } from "./layout.tsx";

export const healthCheckFailed = defineTemplate({
  variables: z.object({ name: words, services: words, reasons: words, at: words }),
  subject: ({ services }) => `Health check failed: ${services}`,
  body: ({ name, services, reasons, at }, { appUrl }) => (
    <MailLayout preview={reasons} title="The health check failed">
      <Paragraph>Hello {name}, something that the app needs does not answer as it should:</Paragraph>
      <Figures
        rows={[
          ["Failing", services],
          ["Reason", reasons],
          ["Since", at],
        ]}
      />
      <Paragraph>The check goes on. You get the next mail about this when it works again.</Paragraph>
      <ActionButton href={`${appUrl}/admin/jobs`}>Look at the jobs</ActionButton>
    </MailLayout>
  ),
});
