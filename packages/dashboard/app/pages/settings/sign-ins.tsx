/** One's own sign-ins, each of which can be ended. */
import type { SignInSession } from "@stepwell/api/dashboard";
import type { ReactNode } from "react";
import { useAct, useCall } from "../../data/api.ts";
import { Time } from "../../data/time.tsx";
import { Button } from "../../parts/button.tsx";
import { Card } from "../../parts/card.tsx";
import { Failure, Skeleton } from "../../parts/states.tsx";
import { browserName } from "./browser-name.ts";

export function SignIns(): ReactNode {
  const sessions = useCall("listSessions", {});
  const end = useAct("endSession", {
    invalidates: ["listSessions", "getSession"],
    success: "That sign-in has ended",
  });
  return (
    <Card title="Sign-ins" note="Where you are signed in now" flush>
      <Failure
        inline={sessions.data !== undefined}
        error={sessions.error}
        retry={() => void sessions.refetch()}
      />
      {sessions.data === undefined && !sessions.error && <Skeleton />}
      <ul className="divide-y divide-line border-t border-line">
        {sessions.data?.data.map((session) => (
          <OneSignIn
            key={session.id}
            session={session}
            onEnd={() => end.mutate({ params: { id: session.id } })}
          />
        ))}
      </ul>
    </Card>
  );
}

function OneSignIn({ session, onEnd }: { session: SignInSession; onEnd(): void }): ReactNode {
  const name = browserName(session.userAgent);
  return (
    <li className="flex items-center gap-3 px-4 py-2.5">
      <div className="min-w-0 flex-1">
        <p className="truncate font-medium">
          {name}
          {session.current && <span className="ml-2 text-xs font-medium text-completed">this one</span>}
        </p>
        <p className="truncate text-xs text-dim">
          {session.address ?? "unknown address"} · seen <Time at={session.lastSeenAt} /> · ends{" "}
          <Time at={session.expiresAt} />
        </p>
      </div>
      {!session.current && (
        <Button size="small" onClick={onEnd}>
          End<span className="sr-only"> the sign-in of {name}</span>
        </Button>
      )}
    </li>
  );
}
