import { z } from "zod";
import { defineTemplate, words } from "./define-template.ts";
import { Figures } from "./figures.tsx";
import { ActionButton, MailLayout, Paragraph } from "./layout.tsx";

export const subscriptionConfirmed = defineTemplate({
  variables: z.object({ name: words, organization: words, plan: words, price: words }),
  subject: ({ organization, plan }) => `${organization} is now on the ${plan} plan`,
  body: ({ name, organization, plan, price }, { appUrl }) => (
    <MailLayout preview={`${plan}, ${price}`} title="Your subscription is active">
      <Paragraph>
        Hello {name}, thank you. The subscription of {organization} is active from now on:
      </Paragraph>
      <Figures
        rows={[
          ["Plan", plan],
          ["Price", price],
        ]}
      />
      <Paragraph>
        We send an invoice on the first of every month, as a PDF. There is nothing else to set up.
      </Paragraph>
      <ActionButton href={`${appUrl}/`}>Open your workspace</ActionButton>
    </MailLayout>
  ),
});
