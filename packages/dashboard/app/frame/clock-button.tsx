/** The clock of a dev server: where it stands, and moving it forward, so that sleeps end and crons tick. */
import { useQueryClient } from "@tanstack/react-query";
import { FastForward } from "lucide-react";
import { type ReactNode, useState } from "react";
import { boot } from "../data/boot.ts";
import { ApiFailure } from "../data/call.ts";
import { useSession } from "../data/session.ts";
import { formatAbsolute, formatDuration, useNow, useZone } from "../data/time.tsx";
import { Button } from "../parts/button.tsx";
import { TextField } from "../parts/fields.tsx";
import { FormDialog } from "../parts/form-dialog.tsx";
import { Pill } from "../parts/pill.tsx";
import { useToast } from "../parts/toasts.tsx";

const offers = ["1m", "10m", "1h", "1d", "7d"];
/** Less than this is not worth a word. */
const MOVED_MS = 60_000;

export function ClockButton(): ReactNode {
  const { clockOffsetMs } = useSession();
  const [open, setOpen] = useState(false);
  const moved = clockOffsetMs >= MOVED_MS;
  return (
    <>
      <Button
        kind="quiet"
        label={moved ? `+${formatDuration(clockOffsetMs)}: move time forward` : "Move time forward"}
        icon={<FastForward aria-hidden size={16} />}
        onClick={() => setOpen(true)}
      >
        {moved ? <span className="tabular-nums">+{formatDuration(clockOffsetMs)}</span> : undefined}
      </Button>
      {open && <ClockDialog onClose={() => setOpen(false)} />}
    </>
  );
}

function ClockDialog({ onClose }: { onClose(): void }): ReactNode {
  const client = useQueryClient();
  const toast = useToast();
  const now = useNow();
  const zone = useZone();
  const [by, setBy] = useState("1h");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const move = async () => {
    setBusy(true);
    setError(null);
    try {
      await advance(by);
      await client.invalidateQueries();
      toast({ kind: "success", title: `The clock moved by ${by}` });
      onClose();
    } catch (failure) {
      setError(failure instanceof Error ? failure.message : String(failure));
      setBusy(false);
    }
  };
  return (
    <FormDialog
      onClose={onClose}
      title="Move time forward"
      submit="Move"
      busyWords="Moving…"
      busy={busy}
      onSubmit={() => void move()}
    >
      <p className="mb-4 text-dim">
        It is <time className="tabular-nums text-ink">{formatAbsolute(now, zone)}</time> on this server.
        Sleeps end, retries come and crons tick as the clock passes them. It cannot be moved back.
      </p>
      <TextField
        label="By"
        value={by}
        onChange={setBy}
        error={error}
        note="Like 90s, 1h30m or 3d; at most 366 days at once."
        autoComplete="off"
        spellCheck={false}
      />
      <div className="mt-3 flex flex-wrap gap-1.5">
        {offers.map((offer) => (
          <Pill key={offer} pressed={by === offer} onPress={() => setBy(offer)}>
            {offer}
          </Pill>
        ))}
      </div>
    </FormDialog>
  );
}

/** Not a call of the API: a route of the dev server, at whose root the dashboard is then. @throws ApiFailure */
async function advance(by: string): Promise<void> {
  const response = await fetch(`${boot.base}/dev/clock`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ advance: by.trim() }),
  }).catch(() => {
    throw new ApiFailure(0, "unreachable", "The server could not be reached. Is it running?", null);
  });
  if (response.ok) return;
  const told = (await response.json().catch(() => null)) as {
    error?: { message?: string } | string;
    message?: string;
  } | null;
  const words = typeof told?.error === "object" ? told.error.message : (told?.message ?? told?.error);
  throw new ApiFailure(response.status, "refused", words ?? `The server answered ${response.status}`, null);
}
