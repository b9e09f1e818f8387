/** How an app is connected, with texts to copy: the same wherever there is no app yet. */
import { useSession } from "../../data/session.ts";
import { Code } from "../../parts/code.tsx";
import { serverAddress } from "./server-address.ts";

export function ConnectSteps() {
  const { mode } = useSession();
  const address = serverAddress(mode) ?? "http://localhost:8288";
  return (
    <ol className="list-decimal space-y-4 pl-5 text-left marker:text-dim">
      <li>
        <p className="mb-2">
          Start your app with the address of this server
          {mode === "start" && ", and with the server's two keys"}:
        </p>
        <Code label="settings" text={mode === "dev" ? devSettings(address) : productionSettings(address)} />
      </li>
      <li>
        <p className="mb-2">
          {mode === "dev"
            ? "An app on a usual port of this machine is found by itself. Else add the address at which it serves its functions:"
            : "Then add the address at which it serves its functions:"}
        </p>
        <Code label="serve address" text="http://localhost:3000/api/inngest" />
      </li>
    </ol>
  );
}

function devSettings(address: string): string {
  return `INNGEST_DEV=${address}`;
}

function productionSettings(address: string): string {
  return [
    "INNGEST_DEV=0",
    `INNGEST_BASE_URL=${address}`,
    "INNGEST_EVENT_KEY=…",
    "INNGEST_SIGNING_KEY=…",
  ].join("\n");
}
