/** A welcome, tips a day later, and a reminder for who has not come back three days after that. */
import { now } from "@/lib/clock.ts";
import { services } from "@/services/index.ts";
import { inngest } from "../client.ts";
import { userCreated } from "../events.ts";

const THREE_DAYS_MS = 3 * 86_400_000;

export const sendWelcomeEmail = inngest.createFunction(
  { id: "send-welcome-email", triggers: [userCreated] },
  async ({ event, step, runId }) => {
    const { userId, email, name } = event.data;
    const mail = { to: email, variables: { name } };

    await step.run("send-email", () =>
      services().email.send({ ...mail, template: "welcome", key: [runId, "send-email"] }),
    );
    await step.sleep("wait-1-day", "1d");
    await step.run("send-tips-email", () =>
      services().email.send({
        ...mail,
        template: "getting-started-tips",
        key: [runId, "send-tips-email"],
      }),
    );
    await step.sleep("wait-3-days", "3d");
    const active = await step.run("check-activity", () =>
      services().users.wasActiveSince(userId, new Date(now().getTime() - THREE_DAYS_MS)),
    );
    if (!active) {
      await step.run("send-reengagement", () =>
        services().email.send({
          ...mail,
          template: "re-engagement",
          key: [runId, "send-reengagement"],
        }),
      );
    }
    return { success: true };
  },
);
