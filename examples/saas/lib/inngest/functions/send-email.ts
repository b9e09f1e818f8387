/** Any mail by the name of its template, for whoever only has an event to send. */
import { NonRetriableError } from "inngest";
import { checkTemplate } from "@/emails/index.ts";
import { services } from "@/services/index.ts";
import { inngest } from "../client.ts";
import { emailSend } from "../events.ts";

export const sendEmail = inngest.createFunction(
  { id: "send-email", triggers: [emailSend] },
  async ({ event, step, runId }) => {
    const { to, subject, template, variables } = event.data;
    return step.run("send-email", async () => {
      const checked = checkTemplate(template, variables);
      if (!checked.ok) throw new NonRetriableError(checked.problem);
      return services().email.send({ to, subject, ...checked.mail, key: [runId, "send-email"] });
    });
  },
);
