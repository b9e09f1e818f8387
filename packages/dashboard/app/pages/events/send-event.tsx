/** The send-event dialog of a page: open while the URL says `?send=`, loaded when it first opens. */

import { Send } from "lucide-react";
import { lazy, Suspense } from "react";
import { useCan } from "../../data/session.ts";
import { Button } from "../../parts/button.tsx";
import { type SendSearch, sendOf } from "../search-params.ts";
import { usePageSearch } from "../use-page-search.ts";

const SendEventDialog = lazy(() => import("./send/send-event-dialog.tsx"));

/** `data` fills the editor, for sending an event again; else the newest example of the name does. */
export function SendEventHost({ data }: { data?: Record<string, unknown> }) {
  const [{ send }, change] = usePageSearch<SendSearch>((raw) => ({ ...raw, ...sendOf(raw) }));
  if (send === undefined) return null;
  return (
    <Suspense fallback={null}>
      <SendEventDialog
        name={send}
        data={data}
        onClose={() => change({ send: undefined }, { replace: true })}
      />
    </Suspense>
  );
}

export function SendEventButton({
  name = "",
  kind,
  children = "Send event",
}: {
  name?: string;
  kind?: "primary";
  children?: string;
}) {
  const [, change] = usePageSearch<SendSearch>((raw) => ({ ...raw, ...sendOf(raw) }));
  return (
    <Button
      kind={kind}
      icon={<Send aria-hidden size={14} />}
      disabledWhy={useCan("sendEvent")}
      onClick={() => change({ send: name })}
    >
      {children}
    </Button>
  );
}
