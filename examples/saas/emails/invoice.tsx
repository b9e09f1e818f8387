import { z } from "zod";
import { defineTemplate, link, words } from "./define-template.ts";
import { Figures } from "./figures.tsx";
import { ActionButton, LinkBelowButton, MailLayout, Paragraph } from "./layout.tsx";

export const invoice = defineTemplate({
  variables: z.object({
    name: words,
    organization: words,
    number: words,
    month: words,
    amount: words,
    pdfUrl: link,
  }),
  subject: ({ number, month }) => `Invoice ${number} for ${month}`,
  body: ({ name, organization, number, month, amount, pdfUrl }) => (
    <MailLayout preview={`${month}: ${amount}`} title={`Your invoice for ${month}`}>
      <Paragraph>
        Hello {name}, here is the invoice of {organization}.
      </Paragraph>
      <Figures
        rows={[
          ["Invoice", number],
          ["Month", month],
          ["Amount", amount],
        ]}
      />
      <ActionButton href={pdfUrl}>Download the PDF</ActionButton>
      <Paragraph>The link works for seven days; later you find the invoice in your workspace.</Paragraph>
      <LinkBelowButton href={pdfUrl} />
    </MailLayout>
  ),
});
