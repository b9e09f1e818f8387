/** After an event was sent: what functions make of it, as it happens. */
import type { SentEvent } from "@stepwell/api/dashboard";
import { useCall } from "../../../data/api.ts";
import { Button, LinkButton } from "../../../parts/button.tsx";
import { Copy } from "../../../parts/copy.tsx";
import { Dialog } from "../../../parts/dialog.tsx";
import { Failure, Skeleton } from "../../../parts/states.tsx";
import { OutcomeList } from "../../event/outcome-list.tsx";
import { summariseOutcomes } from "../../event/outcomes.ts";

interface SentProps {
  sent: SentEvent & { name: string };
  onClose: () => void;
  onAnother: () => void;
}

export function Sent({ sent, onClose, onAnother }: SentProps) {
  const event = useCall("getEvent", { params: { id: sent.id } });
  const detail = event.data?.data;
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Sent ${sent.name}`}
      size="wide"
      testId="sent-event"
      footer={
        <>
          <Button onClick={onAnother}>Send another</Button>
          <LinkButton href={`/events/${encodeURIComponent(sent.id)}`}>Open the event</LinkButton>
          <Button kind="primary" onClick={onClose}>
            Done
          </Button>
        </>
      }
    >
      <p className="mb-3 flex flex-wrap items-center gap-1 text-dim">
        Id <code className="text-ink">{sent.id}</code>
        <Copy text={sent.id} label="Copy the event's id" />
      </p>
      {event.error && (
        <Failure error={event.error} retry={() => void event.refetch()} inline={detail !== undefined} />
      )}
      {!detail && !event.error && <Skeleton lines={3} className="py-2" />}
      {detail && (
        <>
          <p role="status" className="mb-2 text-dim">
            {summariseOutcomes(detail.outcomes)}
          </p>
          <OutcomeList outcomes={detail.outcomes} runs={detail.runs} />
        </>
      )}
    </Dialog>
  );
}
