import { z } from "zod";
import { defineTemplate, words } from "./define-template.ts";
import { ActionButton, MailLayout, Paragraph } from "./layout.tsx";

export const gettingStartedTips = defineTemplate({
  variables: z.object({ name: words }),
  subject: () => "Three tips to get started with Tallyho",
  body: ({ name }, { appUrl }) => (
    <MailLayout preview="Three things worth doing today." title="Three tips to get started">
      <Paragraph>Hello {name}, these are worth five minutes today:</Paragraph>
      <Paragraph>1. Ask for a report of last month: it is the quickest way to see what you get.</Paragraph>
      <Paragraph>2. Forward the PDF. Its link works for a week, and then no more.</Paragraph>
      <Paragraph>3. Compare two months side by side before you change your plan.</Paragraph>
      <ActionButton href={`${appUrl}/`}>Request a report</ActionButton>
    </MailLayout>
  ),
});
