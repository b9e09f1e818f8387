/** What to do when nothing has ever happened: connect an app, then send an event. */
import { Plug, Send } from "lucide-react";
import { useSession } from "../../data/session.ts";
import { LinkButton } from "../../parts/button.tsx";
import { Card } from "../../parts/card.tsx";
import { Code } from "../../parts/code.tsx";
import { ConnectSteps } from "../apps/connect-steps.tsx";
import { serverAddress } from "../apps/server-address.ts";
import { SendEventButton } from "../events/send-event.tsx";

export function ConnectFirst() {
  return (
    <Card
      title={<Heading icon={<Plug aria-hidden size={16} />} text="Connect your app" />}
      testId="connect-first"
    >
      <ConnectSteps />
      <div className="mt-4">
        <LinkButton href="/apps?add=true">Add an app by its address</LinkButton>
      </div>
    </Card>
  );
}

export function SendFirst() {
  const { mode } = useSession();
  const address = serverAddress(mode);
  return (
    <Card
      title={<Heading icon={<Send aria-hidden size={16} />} text="Send your first event" />}
      testId="send-first"
    >
      <p className="mb-3 text-dim">
        Functions start when something happens. Send an event from here
        {address === null ? " or from your app." : ", from your app, or from a terminal:"}
      </p>
      {address !== null && (
        <Code
          language="shell"
          label="command"
          wrap
          text={`curl ${address}/e/${mode === "dev" ? "key" : "YOUR_EVENT_KEY"} -H 'content-type: application/json' -d '{"name": "test/hello", "data": {}}'`}
        />
      )}
      <div className="mt-4">
        <SendEventButton kind="primary" />
      </div>
    </Card>
  );
}

function Heading({ icon, text }: { icon: React.ReactNode; text: string }) {
  return (
    <span className="inline-flex items-center gap-2">
      {icon}
      {text}
    </span>
  );
}
