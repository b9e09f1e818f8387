import { Link } from "react-email";
import { z } from "zod";
import { defineTemplate } from "./define-template.ts";
import { ActionButton, MailLayout, Paragraph } from "./layout.tsx";

export const reportReady = defineTemplate({
  variables: z.object({
    name: z.string(),
    organization: z.string(),
    report: z.string(),
    period: z.string(),
    pdfUrl: z.string(),
  }),
  subject: ({ report, organization }) => `${report} for ${organization} is ready`,
  body: ({ name, organization, report, period, pdfUrl }) => (
    <MailLayout preview={`${report}, ${period}`} title="Your report is ready">
      <Paragraph>
        Hello {name}, the {report.toLowerCase()} for {organization} ({period}) is ready.
      </Paragraph>
      <ActionButton href={pdfUrl}>Download the PDF</ActionButton>
      <Paragraph>
        The link works for seven days. If the button does not work, use this address:{" "}
        <Link className="link" href={pdfUrl} style={{ color: "#0b6e63", wordBreak: "break-all" }}>
          {pdfUrl}
        </Link>
      </Paragraph>
    </MailLayout>
  ),
});
